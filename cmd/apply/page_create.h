/*
 * Making the page of a row, once: see page_create.c for how an unclear create
 * is taken up. Each function returns like those of pages.h.
 */
#ifndef APPLY_PAGE_CREATE_H
#define APPLY_PAGE_CREATE_H

#include "worker.h"

/* Makes the page of a row and links the row to it. */
bool page_create(struct worker *w, const struct op *op, struct outcome *o);

#endif
