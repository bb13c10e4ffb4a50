package embedded

import (
	"bytes"
	"fmt"
	"log/slog"
	"strings"
	"testing"
)

// TestOutgrown checks that the log says once that a site is too large for the engine, and only if it is.
func TestOutgrown(t *testing.T) {
	var log bytes.Buffer
	db, err := Open(t.TempDir(), Options{Log: slog.New(slog.NewTextHandler(&log, nil))})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close(t.Context()) }()
	many := db.table("entries")
	add := func(n int) {
		for range n {
			id := fmt.Sprint(len(many.rows))
			many.rows[id] = &row{id: id, cells: "\x00\x00\x01"}
		}
		db.outgrown.check(db)
	}
	if add(manyRows - 1); log.Len() > 0 {
		t.Errorf("too early: %s", log.String())
	}
	add(1)
	add(1)
	if n := strings.Count(log.String(), "outgrows"); n != 1 {
		t.Errorf("the warning is logged %d times: %s", n, log.String())
	}
	clear(many.rows)
}
