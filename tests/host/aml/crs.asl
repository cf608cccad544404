// SPDX-License-Identifier: MIT
// Source of crs.h (iasl -tc crs.asl, hexadecimal bytes behind the header): what the methods of real PCs do, in one table.
DefinitionBlock ("crs.aml", "DSDT", 2, "ATLAS", "TEST", 1)
{
    OperationRegion (GNVS, SystemMemory, 0x1000, 0x20)
    Field (GNVS, AnyAcc, Lock, Preserve)
    {
        M32B, 32,       // 80000000
        M32L, 32,       // 60000000
        FLAG, 1,        // 1
        , 7,
        M64B, 64,       // unaligned on purpose
    }
    OperationRegion (PORT, SystemIO, 0x70, 2)
    Field (PORT, ByteAcc, NoLock, Preserve) { INDX, 8, DATA, 8 }
    IndexField (INDX, DATA, ByteAcc, NoLock, Preserve) { IDX0, 8 }

    Name (PICM, 0)
    Method (HALF, 1) { Return (Arg0 >> 1) }
    Method (SETA, 2) { Arg0 = Arg1 }
    Method (LOOP) { While (One) { } }
    Method (DEEP) { Return (DEEP ()) }

    If (FLAG) { Scope (\_SB) { Device (YES0) { Name (_HID, "YES00000") } } }
    Else { Scope (\_SB) { Device (NOT0) { Name (_HID, "NOT00000") } } }

    Scope (\_SB)
    {
        Device (PCI0)
        {
            Method (_HID) { If (_OSI ("Windows 2015")) { Return (EisaId ("PNP0A08")) } Return (EisaId ("PNP0A03")) }
            Name (_CID, Package () { "PNP0A03", EisaId ("PNP0C02") })
            Name (_BBN, 0)
            Device (MCHC)
            {
                Name (_ADR, 0x00010002)
                OperationRegion (HBUS, PCI_Config, 0x40, 0xc0)
                Field (HBUS, DWordAcc, NoLock, Preserve) { Offset (0x10), , 20, TLUD, 12 }      // register 0x50
            }
            Name (BUF0, ResourceTemplate ()
            {
                WordBusNumber (ResourceProducer, MinFixed, MaxFixed, PosDecode, 0, 0, 0xff, 0, 0x100)
                DWordMemory (ResourceProducer, PosDecode, MinFixed, MaxFixed, Cacheable, ReadWrite, 0, 0, 0, 0, 0, ,, LOW)
                QWordMemory (ResourceProducer, PosDecode, MinFixed, MaxFixed, Cacheable, ReadWrite, 0, 0, 0, 0, 0, ,, HIGH)
                DWordMemory (ResourceProducer, PosDecode, MinFixed, MaxFixed, Cacheable, ReadWrite, 0, 0xc0000, 0xc3fff, 0, 0x4000, ,, ROM)
            })
            CreateDWordField (BUF0, ROM._LEN, ROML)
            Method (_CRS)
            {
                CreateDWordField (BUF0, ^LOW._MIN, LMIN)
                CreateDWordField (BUF0, ^LOW._MAX, LMAX)
                CreateDWordField (BUF0, ^LOW._LEN, LLEN)
                LMIN = M32B
                LMAX = M32B + M32L - 1
                LLEN = LMAX - LMIN + 1
                If (M64B != 0)
                {
                    CreateQWordField (BUF0, ^HIGH._MIN, HMIN)
                    CreateQWordField (BUF0, ^HIGH._MAX, HMAX)
                    CreateQWordField (BUF0, ^HIGH._LEN, HLEN)
                    HMIN = M64B
                    HLEN = 0
                    Local0 = 0
                    While (Local0 < 10)
                    {
                        Local0++
                        If (Local0 == 3) { Continue }
                        If (Local0 > 6) { Break }
                        HLEN += 0x10000000
                    }
                    HMAX = HMIN + HLEN - 1
                }
                Switch (ToInteger (PICM))
                {
                    Case (0) { ROML = 0 }
                    Default { ROML = 0x4000 }
                }
                Return (BUF0)
            }
            Method (_STA) { If (CondRefOf (\NONE, Local0)) { Return (0) } Return (0x0f) }
        }
        Device (LATE)
        {
            Name (_HID, EisaId ("PNP0C02"))
            Method (_CRS)
            {
                Name (TMPL, ResourceTemplate () { Memory32Fixed (ReadWrite, 0, 0x1000, BAR) })
                CreateDWordField (TMPL, BAR._BAS, BASE)
                BASE = \_SB.PCI0.MCHC.TLUD << 20
                Local1 = ResourceTemplate () { Memory32Fixed (ReadWrite, 0xfed00000, 0x400) }
                ConcatenateResTemplate (TMPL, Local1, Local2)
                Return (Local2)
            }
            Method (_STA) { IDX0 = 1 Return (0x0f) }
        }
    }
    Name (\_S5, Package () { 5, 6, 0, 0 })
    Name (PKG1, Package () { 1, "two", Buffer () { 3, 4 }, Package () { 5 } })
    Method (ARIT)
    {
        Divide (100, 7, Local0, Local1)
        Local2 = (Local0 << 8) | Local1                         // 2 and 14
        Local2 += HALF (0x20000)                                // 10000
        SETA (RefOf (Local3), 0x2000000)
        Local2 += Local3
        Local4 = DerefOf (DerefOf (PKG1 [2]) [1])               // 4
        PKG1 [0] = 0x70
        Local2 += DerefOf (PKG1 [0]) + Local4                   // 74
        Local2 += SizeOf (PKG1) << 32
        Local2 += FindSetLeftBit (0x80) << 40                   // 8
        Return (Local2)
    }
    OperationRegion (POST, SystemIO, 0x80, 1)
    Field (POST, ByteAcc, NoLock, Preserve) { DBG8, 8 }
    Method (LREG)
    {
        DBG8 = 0x25
        Local0 = 0x800 + 0x800
        OperationRegion (OWN0, SystemMemory, Local0, 8)
        Field (OWN0, AnyAcc, NoLock, Preserve) { Offset (4), OWNF, 32 }
        Return (OWNF)
    }
    Method (PORR) { Return (DATA) }
    Method (WRIT) { DATA = 1 Return (1) }
    Method (MEMO)
    {
        OperationRegion (FAR_, SystemMemory, 0xfed00000, 8)
        Field (FAR_, AnyAcc, NoLock, Preserve) { FARF, 32 }
        Return (FARF)
    }
    Method (DIVZ) { Local0 = 0 Return (1 / Local0) }
    Method (HUGE) { Local0 = 0x7fffffff Name (BIG0, Buffer (Local0) {}) Return (BIG0) }
}
