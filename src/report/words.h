/*
 * words.h - values of the document in words, private to src/report.
 *
 * Each function is an ngd_formatter_t (see render.h).
 */
#ifndef NGD_WORDS_H
#define NGD_WORDS_H

#include "render.h"

ngd_formatter_t ngd_words_text;         /* a string or a number as it stands */
ngd_formatter_t ngd_words_yes_no;
ngd_formatter_t ngd_words_time;
ngd_formatter_t ngd_words_end_time;     /* and how long that is from now */
ngd_formatter_t ngd_words_bytes;
ngd_formatter_t ngd_words_header_bytes; /* and how much of the server's limit that is */
ngd_formatter_t ngd_words_skew;
ngd_formatter_t ngd_words_source;
ngd_formatter_t ngd_words_persist;
ngd_formatter_t ngd_words_later_leg;    /* nothing for the first */
ngd_formatter_t ngd_words_kind;
ngd_formatter_t ngd_words_mechanisms;
ngd_formatter_t ngd_words_ticket_flags;
ngd_formatter_t ngd_words_ap_options;
ngd_formatter_t ngd_words_ntlm_type;
ngd_formatter_t ngd_words_stopped;
ngd_formatter_t ngd_words_entries;
ngd_formatter_t ngd_words_other_keytab;
ngd_formatter_t ngd_words_other_client; /* nothing where it is the ticket's, as it should be */
ngd_formatter_t ngd_words_pac;
ngd_formatter_t ngd_words_refusal;
ngd_formatter_t ngd_words_numbered;     /* a name and its number */
ngd_formatter_t ngd_words_asked;
ngd_formatter_t ngd_words_iis;

#endif
