#pragma once
#include <libpq-fe.h>

// Character macros that Swift does not import as integers.
static const int BONGSU_DIAG_SQLSTATE = PG_DIAG_SQLSTATE;
static const int BONGSU_DIAG_MESSAGE_PRIMARY = PG_DIAG_MESSAGE_PRIMARY;
