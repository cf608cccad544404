"use strict";
/*
 * Draws the report (include/report/report.schema.json) that stands in this page. Text goes into the page as text only, never as
 * HTML: its strings come from firmware and from programs. Addresses are BigInt, sizes that the report counted are numbers.
 */
(() => {
	const document_ = JSON.parse(document.getElementById("report").textContent);
	const body = document_.body;

	/* ---- small helpers ---- */

	function h(tag, attributes, ...children) {
		const e = document.createElement(tag);
		for (const [k, v] of Object.entries(attributes || {})) {
			if (k === "colour")
				e.style.setProperty("--c", `var(--${v})`);
			else if (k === "style")
				e.style.cssText += v;
			else if (k.startsWith("on"))
				e.addEventListener(k.slice(2), v);
			else
				e.setAttribute(k, v);
		}
		e.append(...children.filter(c => c !== null && c !== undefined).map(c => c instanceof Node ? c : String(c)));
		return e;
	}
	const hex = n => n.toString(16);
	const address = (n, digits = 8) => hex(n).padStart(digits, "0");
	const span = (start, end) => end - start + 1n;

	/* "1.25 GiB", as the kernel says it. */
	function size(bytes) {
		const units = ["B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"];
		let n = Number(bytes), u = 0;
		while (n >= 1023.5 && u < units.length - 1) {
			n /= 1024;
			u++;
		}
		const exact = Number.isInteger(n) || u === 0;
		return `${exact ? n : n < 9.995 ? n.toFixed(2) : n < 99.95 ? n.toFixed(1) : n.toFixed(0)} ${units[u]}`;
	}
	const percent = (part, whole) => whole ? `${(100 * Number(part) / Number(whole)).toFixed(1)}%` : "";
	const count = (n, one, many = one + "s") => `${n} ${n === 1 ? one : many}`;
	const swatch = colour => h("span", { class: "swatch", colour, "aria-hidden": "true" });

	function table(caption, heads, rows, cls = "") {
		const head = h("tr", {}, ...heads.map(([text, c]) => h("th", { class: c || "", scope: "col" }, text)));
		return h("div", { class: "scroll" }, h("table", { class: cls }, caption ? h("caption", {}, caption) : null, h("thead", {}, head),
			h("tbody", {}, ...rows)));
	}
	const cell = (text, cls) => h("td", { class: cls || "" }, text);

	/* ---- what things are ---- */

	function colourOf(name) {
		const known = [["System RAM", "ram"], ["Kernel ", "kernel"], ["Reserved", "firmware"], ["ACPI ", "firmware"], ["Soft Reserved", "firmware"],
			["Persistent", "firmware"], ["Unusable", "bad"], ["Unknown", "bad"]];
		const found = known.find(([start]) => name.startsWith(start));
		return found ? found[1] : "device";
	}
	const e820Colour = type => ({ usable: "ram", unusable: "bad" })[type] || "firmware";
	const efiColour = type => type === 7 ? "ram" : [1, 2, 3, 4].includes(type) ? "untouched" : [11, 12].includes(type) ? "device" : type === 8 ? "bad" : "firmware";
	const KINDS = [["firmware", "firmware"], ["kernel", "kernel"], ["process", "processes, files"], ["bad", "bad"], ["free", "free"], ["untouched", "free, untouched"]];

	/* ---- sections ---- */

	const main = document.getElementById("main"), nav = document.getElementById("nav");

	function section(id, title, build) {
		const s = h("section", { id, "aria-labelledby": `${id}-title` }, h("h2", { id: `${id}-title` }, title));
		try {
			s.append(...build().filter(x => x));
		} catch (e) {
			s.append(h("p", { class: "trouble" }, `This part of the report is not as its schema says (${e.message}).`));
		}
		nav.append(h("a", { href: `#${id}` }, title));
		main.append(s);
	}

	function machineName() {
		const m = body.machine;
		const name = m ? `${m.manufacturer} ${m.product}`.trim() : "";
		return name || body.name || "a PC";
	}

	function heading() {
		const m = body.machine || {}, boot = body.boot, memory = body.memory, lines = [];
		document.title = `Memory map of ${machineName()}`;
		document.getElementById("title").textContent = document.title;
		if (m.bios_vendor || m.bios_version)
			lines.push(`firmware ${[m.bios_vendor, m.bios_version, m.bios_date].filter(Boolean).join(" ")}`);
		if (boot)
			lines.push(boot.cpu.brand);
		if (boot && boot.time)
			lines.push(new Date(boot.time * 1000).toISOString().slice(0, 16).replace("T", " ") + " UTC");
		if (body.origin)
			lines.push(body.origin);
		document.getElementById("machine").textContent = lines.join(" · ");
		const free = memory.slices.filter(s => s.kind === "free" || s.kind === "untouched").reduce((sum, s) => sum + s.bytes, 0);
		const whole = memory.installed || memory.listed;
		document.getElementById("sentence").textContent = `${size(whole)} ${memory.installed ? "installed" : "listed as memory"}, ` +
			`${size(memory.usable)} usable, ${size(free)} free` + (body.source === "live" ? "." : " after a boot of Atlas.") +
			(memory.listed + memory.unlisted > memory.usable ? ` The firmware keeps ${size(memory.listed + memory.unlisted - memory.usable)}.` : "");
	}

	/* Each part of what is installed: firmware's by its own types, the usable part by who has it. */
	function memoryParts() {
		const m = body.memory;
		const parts = m.firmware.map(f => ({ name: f.name, kind: "firmware", bytes: f.bytes, what: "the firmware keeps it", who: "firmware setup" }));
		if (m.unlisted)
			parts.push({ name: "in no entry of the map", kind: "firmware", bytes: m.unlisted, what: "under ROMs, chipset, graphics", who: "firmware setup" });
		return { kept: parts, usable: m.slices.filter(s => s.usable && s.bytes) };
	}

	function partRow(p, whole) {
		const share = h("span", { class: "share", colour: p.kind }, h("i", { style: `width:${Math.max(100 * p.bytes / whole, .7)}%` }));
		return h("tr", {}, h("td", {}, swatch(p.kind), p.name), cell(p.bytes.toLocaleString("en"), "n wide"), cell(size(p.bytes), "n"),
			cell(percent(p.bytes, whole), "n"), h("td", {}, share), cell(p.what, "wide"), cell(p.who, "wide"));
	}

	const sumRow = (name, bytes, whole, what) => h("tr", { class: "sum" }, cell(name), cell(bytes.toLocaleString("en"), "n wide"), cell(size(bytes), "n"),
		cell(percent(bytes, whole), "n"), cell(""), cell(what, "wide"), cell("", "wide"));

	function memorySection() {
		const m = body.memory, parts = memoryParts(), whole = m.listed + m.unlisted;
		const sums = KINDS.map(([kind, name]) => ({ kind, name, bytes: [...parts.kept, ...parts.usable].filter(p => p.kind === kind).reduce((s, p) => s + p.bytes, 0) }))
			.filter(k => k.bytes);
		const bar = h("div", { class: "bar", role: "img", "aria-label": sums.map(k => `${k.name} ${size(k.bytes)}`).join(", ") },
			...sums.map(k => h("span", { colour: k.kind, style: `flex:${k.bytes} 0 0`, title: `${k.name}: ${size(k.bytes)}` },
				k.bytes > whole / 12 ? `${k.name} ${size(k.bytes)}` : "")));
		const key = h("ul", { class: "key" }, ...sums.map(k => h("li", {}, swatch(k.kind), `${k.name} ${size(k.bytes)}`)));
		const rows = [...parts.kept.map(p => partRow(p, whole)), sumRow("kept by the firmware", whole - m.usable, whole, ""),
			...parts.usable.map(p => partRow(p, whole)), sumRow("usable", m.usable, whole, "System RAM"),
			sumRow(m.installed ? "installed" : "listed as memory", whole, whole, m.installed ? "says SMBIOS" : "what is installed, the firmware does not say")];
		const added = [...parts.kept, ...parts.usable].reduce((s, p) => s + p.bytes, 0), good = added === whole && m.law === 0 && m.sum === m.total;
		return [bar, key, table("", [["part"], ["bytes", "n wide"], ["size", "n"], ["share", "n"], [""], ["what it is", "wide"], ["who could give it back", "wide"]], rows),
			h("p", { class: good ? "holds" : "trouble" }, good ? `The parts add up to the byte: ${whole.toLocaleString("en")}.` :
				`The parts do not add up: ${added.toLocaleString("en")} of ${whole.toLocaleString("en")} bytes, law ${m.law}.`),
			body.firmware_map ? null : h("p", { class: "note" }, "Of this machine only the cleaned map is known (e820): what of its reserved ranges is memory, that does not say."),
			m.over ? h("p", { class: "note" }, `The firmware lists ${size(m.over)} more as memory than is installed.`) : null, modules()];
	}

	function modules() {
		const list = body.machine ? body.machine.modules : [];
		if (!list.length)
			return null;
		const filled = list.filter(x => x.bytes !== 0), empty = list.length - filled.length;
		return h("div", {}, h("h3", {}, "Memory modules"), table("", [["slot"], ["size", "n"], ["type"], ["speed", "n"], ["maker, part"]],
			filled.map(x => h("tr", {}, cell(x.slot), cell(x.bytes === undefined ? "not said" : size(x.bytes), "n"), cell(`${x.type || ""} ${x.form || ""}`),
				cell(x.speed ? `${x.speed} MT/s` : "", "n"), cell([x.manufacturer, x.part].filter(Boolean).join(" ")))), "narrow"),
			empty ? h("p", { class: "note" }, `${count(empty, "slot is", "slots are")} empty.`) : null);
	}

	/* ---- the physical map: a tree of ranges, each row one level deeper, to scale; a click zooms ---- */

	function nodesOf(list, depth = 0) {
		return list.map(n => ({ start: BigInt(n.start), end: BigInt(n.end), name: n.name, depth, children: nodesOf(n.children, depth + 1) }));
	}

	/* The ranges of @list inside [start, end] with the gaps between them. */
	function withHoles(list, start, end) {
		const out = [];
		let at = start;
		for (const n of list) {
			if (n.end < start || n.start > end)
				continue;
			if (n.start > at)
				out.push({ start: at, end: n.start - 1n, hole: true });
			out.push(n);
			at = n.end + 1n;
		}
		if (at <= end)
			out.push({ start: at, end, hole: true });
		return out;
	}

	const describe = n => `${address(n.start)}-${address(n.end)}  ${n.name}, ${size(span(n.start, n.end))}`;

	function mapFigure(title, roots, start, end, colour) {
		const whole = { start, end, name: title, children: roots.filter(n => n.end >= start && n.start <= end) };
		const map = h("div", { class: "map", role: "group", "aria-label": `${title}, to scale` }), where = h("div", { class: "where note mono", "aria-live": "polite" });
		const ruler = h("div", { class: "ruler mono", "aria-hidden": "true" }), crumbs = h("div", { class: "crumbs" });
		let path = [whole];

		function button(n, view) {
			const width = Number(span(view.start, view.end)), low = n.start > view.start ? n.start : view.start, high = n.end < view.end ? n.end : view.end;
			const part = 100 * Number(span(low, high)) / width, left = 100 * Number(low - view.start) / width;
			const b = h("button", { type: "button", colour: colour(n.name), title: describe(n), "aria-label": describe(n), class: part < 3 ? "tiny" : "",
				style: `left:${left}%;width:${part}%`, onfocus: () => { where.textContent = describe(n); }, onmouseenter: () => { where.textContent = describe(n); },
				onclick: () => zoom(n) }, part < 3 ? "" : part < 9 ? n.name : `${n.name}  ${size(span(n.start, n.end))}`);
			if (part < .3) /* two pixels wide at least, and inside the picture */
				b.style.left = `min(${left}%, calc(100% - 2px))`;
			return b;
		}

		function rows(view) {
			const out = [];
			let level = view === whole ? whole.children : [view];
			for (let depth = 0; level.length && depth < 6; depth++) {
				out.push(h("div", { class: "row" }, ...level.map(n => button(n, view))));
				level = level.flatMap(n => n.children).filter(n => n.end >= view.start && n.start <= view.end);
			}
			return out;
		}

		function draw() {
			const view = path[path.length - 1], middle = view.start + span(view.start, view.end) / 2n;
			map.replaceChildren(...rows(view));
			ruler.replaceChildren(...[view.start, middle, view.end].map(a => h("span", {}, address(a))));
			crumbs.replaceChildren(...path.map((n, i) => i === path.length - 1 ? h("span", {}, `${n.name}: ${size(span(n.start, n.end))}`) :
				h("button", { type: "button", onclick: () => { path = path.slice(0, i + 1); draw(); focusFirst(); } }, `‹ ${n.name}`)));
			where.textContent = "";
		}
		function focusFirst() {
			const b = map.querySelector("button");
			if (b)
				b.focus();
		}
		function zoom(n) {
			if (n === path[path.length - 1])
				return;
			path.push(n);
			draw();
			focusFirst();
		}
		map.addEventListener("keydown", e => {
			const all = [...map.querySelectorAll("button")], i = all.indexOf(document.activeElement);
			const to = { ArrowRight: i + 1, ArrowLeft: i - 1, Home: 0, End: all.length - 1 }[e.key];
			if (e.key === "Escape" && path.length > 1) {
				path.pop();
				draw();
				focusFirst();
			} else if (to !== undefined && all[to]) {
				all[to].focus();
				e.preventDefault();
			}
		});
		draw();
		return h("figure", { "aria-label": title }, crumbs, map, ruler, where);
	}

	function physicalSection() {
		const roots = nodesOf(body.iomem), four = 1n << 32n, most = (a, b) => b > a ? b : a;
		const top = body.e820.filter(e => e.type === "usable").map(e => BigInt(e.end)).reduce(most, 0n);
		const end = roots.map(n => n.end).reduce(most, 0n), pictures = [];
		if (top >= four)
			pictures.push(mapFigure("Up to the end of RAM", roots, 0n, top, colourOf));
		pictures.push(mapFigure("Below 4 GiB", roots, 0n, four - 1n, colourOf), mapFigure("The first MiB", roots, 0n, (1n << 20n) - 1n, colourOf));
		if (end >= four && end > top + top / 8n)
			pictures.push(mapFigure("Everything that has a name", roots, 0n, end, colourOf));
		const key = [["ram", "System RAM"], ["kernel", "the kernel's image"], ["firmware", "kept by the firmware"], ["device", "devices"], ["hole", "nothing there"]];
		return [h("p", { class: "note" }, "To scale. Each row is one level of /proc/iomem deeper. Click or press Enter on a part to see it larger; Escape or ‹ goes back; arrow keys move."),
			h("ul", { class: "key" }, ...key.map(([c, text]) => h("li", {}, swatch(c), text))), ...pictures];
	}

	/* ---- iomem as a tree ---- */

	function treeNode(n) {
		const line = [swatch(colourOf(n.name)), h("span", { class: "mono" }, `${address(n.start)}-${address(n.end)}`), " ", h("span", {}, n.name),
			h("span", { class: "size" }, size(span(n.start, n.end)))];
		if (!n.children.length)
			return h("div", { class: "leaf" }, ...line);
		return h("details", n.depth < 1 ? { open: "" } : {}, h("summary", {}, ...line), ...n.children.map(treeNode));
	}

	function iomemSection() {
		const tree = h("div", { class: "tree" }, ...nodesOf(body.iomem).map(treeNode)), found = h("span", { class: "note", role: "status" });
		const search = h("input", { type: "search", placeholder: "name or address", "aria-label": "Search the tree", oninput: () => {
			const wanted = search.value.trim().toLowerCase();
			const lines = [...tree.querySelectorAll("summary, .leaf")];
			const number = /^(0x)?[0-9a-f]{3,16}$/.test(wanted) ? BigInt("0x" + wanted.replace(/^0x/, "")) : null;
			let n = 0;
			for (const line of lines) {
				const [start, end] = line.querySelector(".mono").textContent.split("-").map(x => BigInt("0x" + x));
				const hit = wanted !== "" && (line.textContent.toLowerCase().includes(wanted) || (number !== null && start <= number && number <= end));
				line.classList.toggle("hit", hit);
				n += hit;
				for (let d = hit ? line.closest("details") : null; d; d = d.parentElement.closest("details"))
					d.open = true;
			}
			found.textContent = wanted ? `${n} found` : "";
		} });
		const all = open => () => tree.querySelectorAll("details").forEach(d => { d.open = open; });
		return [h("div", { class: "tools" }, search, h("button", { type: "button", onclick: all(true) }, "Unfold all"),
			h("button", { type: "button", onclick: all(false) }, "Fold all"), found), tree];
	}

	/* ---- the firmware's map ---- */

	function firmwareSection() {
		const f = body.map_faults, faults = [["empty", "empty"], ["out_of_order", "out of order"], ["impossible", "impossible"], ["overlapping", "overlapping"], ["lost", "lost"]]
			.filter(([k]) => f[k]).map(([k, word]) => `${f[k]} ${word}`);
		const cleaned = body.e820.map(e => ({ start: BigInt(e.start), end: BigInt(e.end), type: e.type }));
		const last = cleaned.length ? cleaned[cleaned.length - 1].end : 0n;
		const rows = withHoles(cleaned, 0n, last).map(e => h("tr", { class: e.hole ? "hole" : "" }, cell(`${address(e.start, 12)}-${address(e.end, 12)}`, "a"),
			cell(size(span(e.start, e.end)), "n"), e.hole ? cell("nothing here") : h("td", {}, swatch(e820Colour(e.type)), e.type)));
		const out = [h("p", {}, `${count(f.entries, "entry", "entries")}` + (faults.length ? `: ${faults.join(", ")}.` : ", in order; none empty, overlapping or impossible.")),
			h("h3", {}, "Cleaned: sorted, merged, the most restrictive type wins (e820)"), table("", [["physical addresses"], ["size", "n"], ["type"]], rows, "narrow")];
		if (body.firmware_map) {
			const raw = body.firmware_map.map(e => {
				const start = BigInt(e.start), pages = BigInt(e.pages);
				return h("tr", {}, h("td", {}, swatch(efiColour(e.type)), `${e.type} ${e.name}`), cell(address(start, 12), "a"), cell(`${pages}`, "n"),
					cell(size(pages << 12n), "n"), cell(e.attributes, "a"));
			});
			out.push(h("details", {}, h("summary", {}, `As the firmware gave it: ${count(raw.length, "entry", "entries")}`),
				table("", [["EFI type"], ["start"], ["pages", "n"], ["size", "n"], ["attributes"]], raw, "narrow")));
		}
		return out;
	}

	/* ---- zones and sections ---- */

	function zonesSection() {
		const rows = body.zones.map(z => {
			const most = Math.max(1, ...z.free_blocks);
			return h("tr", {}, cell(z.name), cell(`${address(BigInt(z.start), 12)}-${address(BigInt(z.end), 12)}`, "a"), cell(size(z.present * 4096), "n"),
				cell(size(z.managed * 4096), "n"), cell(size(z.free * 4096), "n"), cell(size(z.untouched * 4096), "n"),
				h("td", {}, h("span", { class: "mini", role: "img", "aria-label": `free blocks by order: ${z.free_blocks.join(", ")}` },
					...z.free_blocks.map((n, o) => h("i", { style: `height:${100 * Math.log2(1 + n) / Math.log2(1 + most)}%`, title: `${n} of ${size(4096 << o)}` })))));
		});
		const s = body.sections, whole = s.online + s.untouched;
		const bar = h("div", { class: "bar", role: "img", "aria-label": `${s.online} sections online, ${s.untouched} untouched` },
			...[["kernel", s.online, "online"], ["untouched", s.untouched, "untouched"]].filter(p => p[1]).map(([c, n, word]) =>
				h("span", { colour: c, style: `flex:${n} 0 0`, title: `${n} ${word}` }, n > whole / 12 ? `${n} ${word}` : "")));
		return [table("", [["zone"], ["physical addresses"], ["present", "n"], ["managed", "n"], ["free", "n"], ["untouched", "n"], ["free blocks, 4 KiB … 4 MiB"]], rows),
			h("h3", {}, "Sections of struct page (vmemmap)"), bar,
			h("p", { class: "note" }, `${count(whole, "section")} of ${size(s.bytes_each)}: ${s.online} online, ${s.untouched} untouched (they share one template). ` +
				`struct pages take ${size(s.memmap_pages * 4096)}; for all of RAM it would be ${size(whole * s.bytes_each / 64)}. The kernel's page tables take ${size(s.kernel_table_pages * 4096)}.`)];
	}

	/* ---- the kernel's address space ---- */

	function layoutSection() {
		const l = body.layout, regions = l.regions.map(r => ({ ...r, start: BigInt(r.start), end: BigInt(r.end), children: [] }));
		const half = regions.filter(r => r.name !== "USER"), isHole = r => r.mapped === 0 && /hole|never mapped/.test(r.what);
		const colour = name => {
			const r = regions.find(x => x.name === name);
			return !r ? "hole" : isHole(r) ? "hole" : { DIRECT_MAP: "ram", USER: "process" }[name] || "kernel";
		};
		const rows = regions.map(r => {
			const pages = [[r.pages_1g, "1 GiB"], [r.pages_2m, "2 MiB"], [r.pages_4k, "4 KiB"]].filter(p => p[0]).map(([n, s]) => `${n} × ${s}`).join(", ");
			return h("tr", { class: isHole(r) ? "hole" : "" }, h("td", {}, swatch(colour(r.name)), r.name), cell(`${address(r.start, 16)}-${address(r.end, 16)}`, "a"),
				cell(size(span(r.start, r.end)), "n"), cell(r.mapped ? size(r.mapped) : "", "n"), cell(pages), cell(r.what, "wide"));
		});
		const broken = l.laws.filter(x => x.broken);
		return [mapFigure("The kernel's half, to scale", half, half[0].start, half[half.length - 1].end, colour),
			table("", [["region"], ["virtual addresses"], ["size", "n"], ["mapped", "n"], ["by pages"], ["what is there", "wide"]], rows),
			h("p", { class: "note" }, `vmalloc: ${count(l.vmalloc.areas, "area")} in ${size(l.vmalloc.used)} of addresses; the largest free range is ${size(l.vmalloc.largest_free)}.`),
			h("h3", {}, "What must be true of the page tables"),
			h("p", { class: broken.length ? "trouble" : "holds" }, broken.length ? `${count(broken.length, "law is", "laws are")} broken.` : `All ${l.laws.length} hold.`),
			h("ul", { class: "laws" }, ...l.laws.map(x => h("li", x.broken ? { class: "trouble" } : {}, x.law + (x.broken ? `: broken ${x.broken} times, first at ${x.first}` : ""))))];
	}

	/* ---- processes ---- */

	const segmentColour = s => s.perms[2] === "x" ? s.perms[1] === "w" ? "bad" : "kernel" : s.perms[1] === "w" ? "process" : "device";

	/* As the document draws an address space: the highest address on top; heights grow with the logarithm. */
	function segmentRows(p) {
		const list = p.segments.map(s => ({ ...s, start: BigInt(s.start), end: BigInt(s.end) }));
		const all = withHoles(list, 0n, (1n << 47n) - 4097n).reverse();
		return all.map(s => {
			const bytes = span(s.start, s.end), height = (1.1 + Math.max(0, Math.log2(Number(bytes)) - 12) / 9).toFixed(2);
			if (s.hole)
				return h("tr", { class: "hole" }, h("td", { class: "piece", style: `height:${height}rem` }), cell("", "a"), cell(size(bytes), "n"), cell(""), cell("unused"), cell("", "n"), cell(""));
			const share = 100 * s.resident / Number(bytes);
			return h("tr", {}, h("td", { class: "piece", colour: segmentColour(s), style: `height:${height}rem;--in:${share}%`, title: `${share.toFixed(0)}% in memory` }),
				cell(`${address(s.start, 12)}-${address(s.end, 12)}`, "a"), cell(size(bytes), "n"), cell(s.perms, "a"), cell(s.kind),
				cell(size(s.resident), "n"), cell(s.name || ""));
		});
	}

	function processesSection() {
		const list = body.processes;
		return [h("p", { class: "note" }, "The highest address is on top. The full colour is what is in memory of a segment."),
			h("ul", { class: "key" }, ...[["kernel", "code"], ["device", "read-only data"], ["process", "writable"], ["bad", "writable and executable"]].map(([c, t]) => h("li", {}, swatch(c), t))),
			...list.map((p, i) => h("details", { class: "process", ...(i === 0 ? { open: "" } : {}) },
				h("summary", {}, h("b", {}, `${p.pid} ${p.comm}`), `${size(p.mapped)} mapped, ${size(p.resident)} in memory, ${size(p.tables)} of page tables; child of ${p.parent}`),
				table("", [[""], ["virtual addresses"], ["size", "n"], ["may"], ["segment"], ["in memory", "n"], ["what"]], segmentRows(p), "segments"),
				h("p", { class: "note mono" }, `brk ${p.start_brk}-${p.brk}  mmap below ${p.mmap_base}  stack from ${p.start_stack}  pgd at ${p.pgd}`)))];
	}

	try {
		heading();
	} catch (e) {
		document.getElementById("sentence").textContent = `The report is not as its schema says (${e.message}).`;
	}
	section("memory", "Where the memory is", memorySection);
	section("physical", "Physical addresses", physicalSection);
	section("iomem", "What is at each address", iomemSection);
	section("firmware", "The firmware's map", firmwareSection);
	section("zones", "Zones and sections", zonesSection);
	if (body.layout)
		section("layout", "The kernel's address space", layoutSection);
	if (body.processes)
		section("processes", "Processes", processesSection);
	document.getElementById("footer").textContent = `Atlas report, version ${document_.version}, CRC-32 ${document_.crc32}` +
		(body.boot ? `; kernel ${body.boot.kernel}, options "${body.boot.options}"` : "; computed from a record, on another machine") + ". This page holds everything it shows.";
	window.addEventListener("beforeprint", () => document.querySelectorAll("details").forEach(d => { d.open = true; }));
	document.documentElement.dataset.drawn = "yes";
})();
