/* value.c - facts as JSON values. */
#include <apr_time.h>
#include <stdio.h>
#include <string.h>

#include "value.h"

/* 9999-12-31T23:59:59Z less a day for the offset: a year of five digits is no ISO 8601 date. */
#define TIME_SECS_MAX INT64_C(253402214400)

/* Room beyond the limit, so that cut text can be told from text that just fits. */
enum { CUT_MARGIN_BYTES = 8 };

static size_t character_border(const char *text, size_t at)
{
    while (at > 0 && ((unsigned char)text[at] & 0xc0) == 0x80) {
        at--;
    }
    return at;
}

json_t *ngd_value_wire_text(ngd_span_t text, ngd_charset_t charset)
{
    static const char ellipsis[] = "\xe2\x80\xa6";
    char out[NGD_VALUE_TEXT_MAX + CUT_MARGIN_BYTES];

    if (text.data == NULL) {
        return json_null();
    }
    ngd_text_utf8(text, charset, out, sizeof out);
    if (strlen(out) > NGD_VALUE_TEXT_MAX) {
        memcpy(out + character_border(out, NGD_VALUE_TEXT_MAX), ellipsis, sizeof ellipsis);
    }
    return json_string(out);
}

json_t *ngd_value_text(const char *text)
{
    ngd_span_t span = { (const uint8_t *)text, text == NULL ? 0 : strlen(text) };

    return ngd_value_wire_text(span, NGD_CHARSET_OEM);
}

json_t *ngd_value_prose(const char *prose)
{
    ngd_span_t span = { (const uint8_t *)prose, strlen(prose) };
    char out[NGD_EXPANDED_SIZE];

    return json_string(ngd_text_utf8(span, NGD_CHARSET_OEM, out, sizeof out));
}

json_t *ngd_value_command(const char *command)
{
    char out[NGD_EXPANDED_SIZE];
    size_t used = 0;

    for (;;) {
        ngd_span_t line = { (const uint8_t *)command, strcspn(command, "\n") };

        ngd_text_utf8(line, NGD_CHARSET_OEM, out + used, sizeof out - used);
        used += strlen(out + used);
        command += line.len;
        if (*command == '\0' || used + 1 == sizeof out) {
            return json_string(out);
        }
        out[used++] = *command++;
    }
}

json_t *ngd_value_principal(const ngd_principal_name_t *name)
{
    char out[NGD_VALUE_TEXT_MAX + CUT_MARGIN_BYTES];

    if (name->parts == 0) {
        return json_null();
    }
    return ngd_value_text(ngd_principal_text(name, out, sizeof out));
}

json_t *ngd_value_enctype(int32_t enctype)
{
    const char *name = ngd_enctype_name(enctype);

    return name == NULL ? json_sprintf("enctype %d", (int)enctype) : json_string(name);
}

json_t *ngd_value_known_size(size_t size)
{
    return size == 0 ? json_null() : json_integer((json_int_t)size);
}

bool ngd_time_known(int64_t time_usecs)
{
    return time_usecs > 0 && time_usecs / APR_USEC_PER_SEC < TIME_SECS_MAX;
}

static json_t *time_value(const apr_time_exp_t *local, const char *fraction)
{
    int offset_mins = local->tm_gmtoff / 60;
    int distance = offset_mins < 0 ? -offset_mins : offset_mins;

    return json_sprintf("%04d-%02d-%02dT%02d:%02d:%02d%s%c%02d:%02d", local->tm_year + 1900,
                        local->tm_mon + 1, local->tm_mday, local->tm_hour, local->tm_min, local->tm_sec,
                        fraction, offset_mins < 0 ? '-' : '+', distance / 60, distance % 60);
}

json_t *ngd_value_time_secs(int64_t time_secs)
{
    apr_time_exp_t local;

    if (time_secs <= 0 || time_secs >= TIME_SECS_MAX
        || apr_time_exp_lt(&local, time_secs * APR_USEC_PER_SEC) != APR_SUCCESS) {
        return json_null();
    }
    return time_value(&local, "");
}

json_t *ngd_value_time_usecs(int64_t time_usecs)
{
    apr_time_exp_t local;
    char fraction[16];

    if (!ngd_time_known(time_usecs) || apr_time_exp_lt(&local, time_usecs) != APR_SUCCESS) {
        return json_null();
    }
    snprintf(fraction, sizeof fraction, ".%03d", local.tm_usec / 1000);
    return time_value(&local, fraction);
}

json_t *ngd_value_bits(uint32_t flags, const char *const words[32])
{
    json_t *list = json_array();

    for (int bit = 0; bit < 32; bit++) {
        if ((flags & (UINT32_C(1) << (31 - bit))) == 0) {
            continue;
        }
        json_array_append_new(list, words[bit] != NULL ? json_string(words[bit])
                                                       : json_sprintf("bit %d", bit));
    }
    return list;
}
