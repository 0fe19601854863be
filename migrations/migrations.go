// Package migrations embeds the hand-written schema changes, one folder per
// database, numbered alike. Files are append-only: what has shipped never changes.
package migrations

import "embed"

// Files holds sqlite/*.sql and postgres/*.sql.
//
//go:embed sqlite/*.sql postgres/*.sql
var Files embed.FS
