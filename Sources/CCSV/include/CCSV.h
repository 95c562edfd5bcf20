// A pull-style face for libcsv, and strptime(3), which Swift's Glibc module does not show.
//
// libcsv pushes cells and rows at callbacks and cannot say where it stands. Here the caller hands over bytes, takes
// one row at a time, and learns the physical line the row began on. Every buffer has a limit.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct ccsv_reader ccsv_reader;

enum ccsv_status {
    ccsv_more = 0,              // all bytes consumed, no row complete
    ccsv_row = 1,               // a row is ready; its cells stay valid until the next call
    ccsv_end = 2,               // only from ccsv_finish: nothing was left over
    ccsv_bare_quote = 3,        // a quote inside an unquoted cell, or text after a closing quote
    ccsv_unterminated = 4,      // only from ccsv_finish: the last cell's quote is not closed
    ccsv_nul = 5,               // a NUL byte
    ccsv_long_cell = 6,
    ccsv_long_row = 7,
    ccsv_many_columns = 8,
    ccsv_no_memory = 9,
};

// Returns NULL when memory is short. Limits are in bytes and cells.
ccsv_reader *ccsv_create(size_t max_cell, size_t max_row, size_t max_columns);
void ccsv_destroy(ccsv_reader *reader);

// Reads until a row is complete or the bytes run out, and says how many bytes it consumed. After an error status the
// reader is spent.
enum ccsv_status ccsv_feed(ccsv_reader *reader, const uint8_t *bytes, size_t count, size_t *consumed);

// Tells the reader that no bytes follow: a last row without a line end comes out as ccsv_row, then ccsv_end.
enum ccsv_status ccsv_finish(ccsv_reader *reader);

size_t ccsv_column_count(const ccsv_reader *reader);
const uint8_t *ccsv_cell(const ccsv_reader *reader, size_t index, size_t *count);

// The line, counted from 1, on which the current row began, and the line being read. CR, LF and CRLF each end a line.
uint64_t ccsv_row_line(const ccsv_reader *reader);
uint64_t ccsv_line(const ccsv_reader *reader);

// Whether the cell being read is inside quotes: tells an unclosed quote from a merely long cell.
bool ccsv_in_quotes(const ccsv_reader *reader);

// Writes `cell` quoted into `out` (at least 2 * count + 2 bytes) and returns the bytes written.
size_t ccsv_quote(uint8_t *out, size_t capacity, const uint8_t *cell, size_t count);

// Parses the whole of `text` by a strptime(3) format into year, month, day, hour, minute, second. A fraction after the
// seconds is dropped. False when the text does not match or names a day that does not exist.
bool ccsv_parse_time(const char *text, const char *format, int32_t out[6]);
