/* SPDX-License-Identifier: MIT */
/*
 * Process 1, in three files: init.c (mounts, decides, viewer and shell), show.c (the programs that show themselves in
 * the report) and vmrun_guest.c (the other end of tools/vmrun). Plain Linux programming: it runs on Linux too.
 */
#ifndef ESP_INIT_H
#define ESP_INIT_H

/* One line on the console. */
void say(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* Starts the demonstration programs; they stay. Returns when each has what it wants to show. */
void show_start(void);

#define VMRUN_CONF "/vmrun/conf"
#define VMRUN_COMMANDS "/vmrun/commands"
/* Runs what tools/vmrun ordered. Returns when all is done. */
void vmrun_guest(void);

#endif
