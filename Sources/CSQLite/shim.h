#pragma once

#include <sqlite3.h>

// sqlite3_db_config() is variadic and SQLITE_TRANSIENT is a cast: Swift can use neither.

/// Sets one of the switches of sqlite3_db_config(); `now` receives the value that holds afterwards.
static inline int coffer_sqlite_configure(sqlite3 *db, int option, int value, int *now) {
    return sqlite3_db_config(db, option, value, now);
}

/// Binds a copy of `count` bytes.
static inline int coffer_sqlite_bind_blob(sqlite3_stmt *statement, int index, const void *bytes, int count) {
    // A null pointer would bind NULL in place of an empty value.
    return sqlite3_bind_blob(statement, index, bytes ? bytes : "", count, SQLITE_TRANSIENT);
}
