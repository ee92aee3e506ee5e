/*
 * value.h - facts as JSON values, one small function per kind of fact.
 *
 * A fact that is not known becomes JSON null.  All text goes through here on
 * its way into a document: it comes out as valid UTF-8 without control
 * characters and no longer than NGD_VALUE_TEXT_MAX, so that no renderer has to
 * ask again whether a string can break a line, a terminal or the JSON.
 *
 * The caller owns each returned reference; it is NULL only when memory ran out.
 */
#ifndef NGD_VALUE_H
#define NGD_VALUE_H

#include <jansson.h>

#include "expand.h"

/* Longer text is cut and ends in an ellipsis: names are far shorter, and a report is read by people. */
enum { NGD_VALUE_TEXT_MAX = 1024 };

json_t *ngd_value_text(const char *text);
json_t *ngd_value_wire_text(ngd_span_t text, ngd_charset_t charset);
/* The catalogue's prose, expanded: longer than a name may be. */
json_t *ngd_value_prose(const char *prose);
/* A command, of which line feeds are part. */
json_t *ngd_value_command(const char *command);
json_t *ngd_value_principal(const ngd_principal_name_t *name);
json_t *ngd_value_enctype(int32_t enctype);

/* 0 is null: for sizes and counts of which 0 means unknown. */
json_t *ngd_value_known_size(size_t size);

/* Whether a time is known and within the years 1970 to 9999, as all times below must be. */
bool ngd_time_known(int64_t time_usecs);

/* ISO 8601 with the offset of the server's time zone: "2026-11-23T15:02:07+01:00". */
json_t *ngd_value_time_secs(int64_t time_secs);
/* The same with milliseconds: "2026-11-23T15:02:07.250+01:00". */
json_t *ngd_value_time_usecs(int64_t time_usecs);

/* The words of the bits set in flags, from the RFC's bit 0 (the highest) on; "bit N" without a word. */
json_t *ngd_value_bits(uint32_t flags, const char *const words[32]);

#endif
