#define _GNU_SOURCE
#include "include/CCSV.h"

#include <csv.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

// libcsv's first state, which csv.h does not name: between rows, nothing of the next one seen.
enum { row_not_begun = 0 };

// libcsv grows its buffer while it parses, so it gets its bytes in pieces no longer than this.
enum { piece = 4096 };

struct ccsv_reader {
    struct csv_parser parser;
    size_t max_cell, max_row, max_columns;
    uint8_t *row;
    size_t row_size, row_capacity;
    size_t *ends;
    size_t columns;
    uint64_t line, row_line;
    bool after_cr, row_ready, finished;
    enum ccsv_status failure;
};

static void on_cell(void *cell, size_t count, void *context) {
    ccsv_reader *reader = context;
    if (reader->failure) return;
    if (count > reader->max_cell) {
        reader->failure = ccsv_long_cell;
    } else if (reader->columns == reader->max_columns) {
        reader->failure = ccsv_many_columns;
    } else if (count > reader->max_row - reader->row_size) {
        reader->failure = ccsv_long_row;
    } else {
        size_t size = reader->row_size + count;
        if (size > reader->row_capacity) {
            size_t capacity = size * 2;
            uint8_t *grown = realloc(reader->row, capacity);
            if (!grown) {
                reader->failure = ccsv_no_memory;
                return;
            }
            reader->row = grown;
            reader->row_capacity = capacity;
        }
        if (count) memcpy(reader->row + reader->row_size, cell, count);
        reader->row_size = size;
        reader->ends[reader->columns++] = size;
    }
}

static void on_row(int terminator, void *context) {
    (void)terminator;
    ccsv_reader *reader = context;
    reader->row_ready = true;
}

ccsv_reader *ccsv_create(size_t max_cell, size_t max_row, size_t max_columns) {
    ccsv_reader *reader = calloc(1, sizeof *reader);
    if (!reader) return NULL;
    reader->ends = calloc(max_columns, sizeof *reader->ends);
    if (!reader->ends || csv_init(&reader->parser, CSV_STRICT | CSV_STRICT_FINI | CSV_APPEND_NULL) != 0) {
        free(reader->ends);
        free(reader);
        return NULL;
    }
    reader->max_cell = max_cell;
    reader->max_row = max_row;
    reader->max_columns = max_columns;
    reader->line = 1;
    reader->row_line = 1;
    return reader;
}

void ccsv_destroy(ccsv_reader *reader) {
    if (!reader) return;
    csv_free(&reader->parser);
    free(reader->row);
    free(reader->ends);
    free(reader);
}

// The bytes up to and including the next line end or NUL, at most one piece: no piece can complete two rows.
static size_t piece_length(const uint8_t *bytes, size_t count) {
    size_t most = count < piece ? count : piece;
    for (size_t i = 0; i < most; i++) {
        if (bytes[i] == CSV_LF || bytes[i] == CSV_CR || bytes[i] == 0) return i + 1;
    }
    return most;
}

static enum ccsv_status feed_piece(ccsv_reader *reader, const uint8_t *bytes, size_t count) {
    uint8_t last = bytes[count - 1];
    if (reader->parser.pstate == row_not_begun) reader->row_line = reader->line;
    // What stands before a NUL is read first: the first fault is reported, however the text is cut into pieces.
    size_t text = last == 0 ? count - 1 : count;
    if (csv_parse(&reader->parser, bytes, text, on_cell, on_row, reader) != text) {
        return csv_error(&reader->parser) == CSV_EPARSE ? ccsv_bare_quote : ccsv_no_memory;
    }
    if (reader->failure) return reader->failure;
    if (reader->parser.entry_pos > reader->max_cell) return ccsv_long_cell;
    if (last == 0) return ccsv_nul;
    // Only a line feed right behind the carriage return belongs to it; a piece ends at each of the two.
    bool ends_cr = reader->after_cr && count == 1;
    if (last == CSV_CR || (last == CSV_LF && !ends_cr)) reader->line++;
    reader->after_cr = last == CSV_CR;
    return reader->row_ready ? ccsv_row : ccsv_more;
}

// Forgets the row the caller has taken; a row in progress stays.
static void drop_taken_row(ccsv_reader *reader) {
    if (!reader->row_ready) return;
    reader->row_ready = false;
    reader->row_size = 0;
    reader->columns = 0;
}

enum ccsv_status ccsv_feed(ccsv_reader *reader, const uint8_t *bytes, size_t count, size_t *consumed) {
    *consumed = 0;
    if (reader->failure) return reader->failure;
    drop_taken_row(reader);
    while (*consumed < count) {
        size_t length = piece_length(bytes + *consumed, count - *consumed);
        enum ccsv_status status = feed_piece(reader, bytes + *consumed, length);
        *consumed += length;
        if (status == ccsv_row) return status;
        if (status != ccsv_more) return reader->failure = status;
    }
    return ccsv_more;
}

enum ccsv_status ccsv_finish(ccsv_reader *reader) {
    if (reader->failure) return reader->failure;
    drop_taken_row(reader);
    if (reader->finished) return ccsv_end;
    reader->finished = true;
    if (csv_fini(&reader->parser, on_cell, on_row, reader) != 0) {
        bool open_quote = csv_error(&reader->parser) == CSV_EPARSE;
        return reader->failure = open_quote ? ccsv_unterminated : ccsv_no_memory;
    }
    if (reader->failure) return reader->failure;
    return reader->row_ready ? ccsv_row : ccsv_end;
}

size_t ccsv_column_count(const ccsv_reader *reader) { return reader->columns; }

const uint8_t *ccsv_cell(const ccsv_reader *reader, size_t index, size_t *count) {
    size_t start = index == 0 ? 0 : reader->ends[index - 1];
    *count = reader->ends[index] - start;
    return reader->row + start;
}

uint64_t ccsv_row_line(const ccsv_reader *reader) { return reader->row_line; }

uint64_t ccsv_line(const ccsv_reader *reader) { return reader->line; }

bool ccsv_in_quotes(const ccsv_reader *reader) { return reader->parser.quoted != 0; }

size_t ccsv_quote(uint8_t *out, size_t capacity, const uint8_t *cell, size_t count) {
    return csv_write(out, capacity, cell, count);
}

bool ccsv_parse_time(const char *text, const char *format, int32_t out[6]) {
    struct tm parsed = {.tm_mday = 1};
    const char *rest = strptime(text, format, &parsed);
    if (!rest) return false;
    if (*rest == '.' && rest[1] != 0 && rest - text >= 2) {
        size_t length = strlen(format);
        if (length < 2 || strcmp(format + length - 2, "%S") != 0) return false;
        rest++;
        while (*rest >= '0' && *rest <= '9') rest++;
    }
    if (*rest != 0) return false;
    struct tm normal = parsed;
    if (timegm(&normal) == (time_t)-1 && normal.tm_year != 69) return false;
    if (normal.tm_mday != parsed.tm_mday || normal.tm_mon != parsed.tm_mon) return false;
    out[0] = parsed.tm_year + 1900;
    out[1] = parsed.tm_mon + 1;
    out[2] = parsed.tm_mday;
    out[3] = parsed.tm_hour;
    out[4] = parsed.tm_min;
    out[5] = parsed.tm_sec;
    return true;
}
