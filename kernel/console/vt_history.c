// SPDX-License-Identifier: MIT
/* Lines that have left the main screen upwards, in a ring, and looking back at them. */
#include "internal.h"
#include <lib/string.h>

void vt_set_history(struct vt *vt, struct vt_cell *cells, size_t nr_cells)
{
	vt->history = (struct vt_history){ cells, (unsigned int)(nr_cells / vt->cols), 0, 0 };
	vt->scrolled_back = 0;
}

void vt_history_push(struct vt *vt, unsigned int n)
{
	struct vt_history *h = &vt->history;

	if (!h->nr_lines)
		return;
	for (unsigned int row = 0; row < n; row++) {
		memcpy(h->cells + (size_t)h->next * vt->cols, vt_row(vt, row), vt->cols * sizeof(struct vt_cell));
		h->next = (h->next + 1) % h->nr_lines;
		h->used = min(h->used + 1, h->nr_lines);
	}
	/* Who looks back goes on seeing the same lines. */
	if (vt->scrolled_back)
		vt->scrolled_back = min(vt->scrolled_back + n, h->used);
}

bool vt_scroll_view(struct vt *vt, int lines)
{
	int to = (int)vt->scrolled_back + lines, most = vt->on == &vt->screen[0] ? (int)vt->history.used : 0;

	to = to < 0 ? 0 : min(to, most);
	if (to == (int)vt->scrolled_back)
		return false;
	vt->scrolled_back = (unsigned int)to;
	vt_dirty_all(vt);
	return true;
}

const struct vt_cell *vt_shown_row(const struct vt *vt, unsigned int row)
{
	const struct vt_history *h = &vt->history;
	unsigned int back = vt->scrolled_back;

	if (row >= back)
		return vt_row(vt, row - back);
	return h->cells + (size_t)((h->next + h->nr_lines - (back - row)) % h->nr_lines) * vt->cols;
}
