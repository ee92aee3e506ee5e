/*
 * causes.h - the catalogue as Markdown: what docs/causes.md is made of.
 */
#ifndef NGD_CAUSES_H
#define NGD_CAUSES_H

void ngd_causes_markdown(void);

#endif
