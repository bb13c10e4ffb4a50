package embedded

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/ncruces/go-sqlite3"
	"go.mongodb.org/mongo-driver/v2/bson"

	"sen/internal/engine"
)

// outage writes into a data folder on a disk whose power fails at random times, and checks each time what is left.
type outage struct {
	*testing.T
	rand *rand.Rand
	base string
	disk *disk
	// pragmas are additional settings for SQLite.
	pragmas string
	// phase is what the engine does at present. The power fails at one in rare writes, and more often at other calls.
	phase string
	rare  int
	// cuts counts the power failures by phase. lost are the losses that they caused.
	cuts        map[string]int
	lost        []error
	checkpoints int
	// found is the content of the last folder that was kept, by lane.
	found []map[string]int

	// mu guards the state of the lanes.
	mu    sync.Mutex
	lanes []*lane
}

// newOutage makes some lanes.
func newOutage(t *testing.T, seed uint64, lanes int) *outage {
	t.Helper()
	o := &outage{T: t, rand: rand.New(rand.NewPCG(seed, 0)), base: t.TempDir(), cuts: map[string]int{}}
	for n := range lanes {
		o.lanes = append(o.lanes, &lane{generator: generator{rand.New(rand.NewPCG(seed, uint64(n)+1))}, number: n})
	}
	return o
}

// folder continues with a new data folder, or with what the last power failure left.
func (o *outage) folder(left bool) {
	base := o.TempDir()
	dir := filepath.Join(base, "some", "data")
	found := make([]map[string]int, len(o.lanes))
	if left && o.found != nil {
		err := os.MkdirAll(filepath.Dir(dir), 0o700)
		if err = errors.Join(err, os.Rename(o.spare(), dir)); err != nil {
			o.Fatal(err)
		}
		found = o.found
	}
	o.found = nil
	for n, l := range o.lanes {
		l.acked, l.next = found[n], found[n]
	}
	o.disk = newDisk(o, base, dir)
	o.disk.before = o.before
}

// before may let the power fail before a call.
func (o *outage) before(call string) {
	phase, rare := o.phase, o.rare
	if phase == "commit" && strings.HasSuffix(call, fileName) {
		phase = "checkpoint"
	}
	if !strings.HasPrefix(call, "write") {
		rare /= 8
	}
	if phase == "create" || !strings.HasPrefix(call, "write") && phase != "commit" && phase != "checkpoint" {
		rare = 1
	}
	if o.rand.IntN(rare) == 0 {
		o.cut(phase, call)
	}
	if call == "sync "+fileName && phase != "create" {
		o.checkpoints++
	}
}

// left is the path of a data folder after a power failure. spare is the path of the same folder before it was opened.
func (o *outage) left() string  { return filepath.Join(o.base, "left") }
func (o *outage) spare() string { return filepath.Join(o.base, "spare") }

// cut lets the power fail and opens what is left. One folder in four is kept, and the next start continues with it.
func (o *outage) cut(phase, call string) {
	o.cuts[phase]++
	if err := errors.Join(os.RemoveAll(o.left()), o.disk.image(o.rand, o.left())); err != nil {
		o.Error(err)
	}
	_, err := os.Stat(o.left())
	keep := err == nil && o.rand.IntN(4) == 0
	if keep {
		if err := errors.Join(os.RemoveAll(o.spare()), os.CopyFS(o.spare(), os.DirFS(o.left()))); err != nil {
			o.Error(err)
		}
	}
	found, err := o.kept(o.left())
	if err != nil {
		o.lost = append(o.lost, fmt.Errorf("the power was cut before the call %q (%s): %w", call, phase, err))
	}
	if keep {
		o.found = found
	}
}

// kept opens a data folder and compares it with what was acknowledged.
func (o *outage) kept(dir string) (all []map[string]int, err error) {
	db, err := Open(dir, Options{vfs: registerLazy()})
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, db.Close(context.Background())) }()
	err = db.conn.each("PRAGMA integrity_check", func(s *sqlite3.Stmt) error {
		if text := s.ColumnText(0); text != "ok" {
			return errors.New(text)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	if all, err = o.read(db); err != nil {
		return nil, err
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, l := range o.lanes {
		if has := all[l.number]; !maps.Equal(has, l.acked) && !maps.Equal(has, l.next) {
			err = errors.Join(err, fmt.Errorf("lane %d has %v, not %v or %v", l.number, has, l.acked, l.next))
		}
	}
	return all, err
}

// read reads what the lanes wrote.
func (o *outage) read(db *DB) (all []map[string]int, err error) {
	for range o.lanes {
		all = append(all, map[string]int{})
	}
	tables, err := db.Tables(context.Background())
	for name := range tables {
		for _, column := range db.table(name).paths {
			all[0][o.lanes[0].prefix(name)+column] = 1
		}
		err = errors.Join(err, db.Table(name).Find(context.Background(), engine.Query{}, func(doc bson.Raw) error {
			id := doc.Lookup("_id").StringValue()
			if doc.Lookup("text").StringValue() != textOf(id) {
				return fmt.Errorf("%s has another text", id)
			}
			number, _, _ := strings.Cut(id, "-")
			n, err := strconv.Atoi(number)
			all[n][id] = int(doc.Lookup("n").AsInt64())
			return err
		}))
	}
	return all, err
}

// run starts the engine, makes calls in all lanes, and stops the engine.
func (o *outage) run(calls int) {
	o.phase = "start"
	if _, err := os.Stat(filepath.Join(o.disk.dir, fileName)); err != nil {
		o.phase = "create"
	}
	db, err := Open(o.disk.dir, Options{vfs: o.disk.vfs()})
	if err == nil {
		err = db.conn.Exec(o.pragmas)
	}
	if err != nil {
		o.Fatal(err)
	}
	o.phase = "commit"
	var all sync.WaitGroup
	for _, l := range o.lanes {
		all.Go(func() {
			for range calls {
				if err := o.call(db, l); err != nil {
					o.Error(err)
				}
			}
		})
	}
	all.Wait()
	o.phase = "close"
	if err := db.Close(context.Background()); err != nil {
		o.Error(err)
	}
}

// call makes a call of a lane, sometimes while somebody reads: a checkpoint can't copy pages from the log that a
// reader still needs.
func (o *outage) call(db *DB, l *lane) error {
	if l.IntN(5) > 0 {
		return o.write(db, l)
	}
	left := 3
	return db.Table("chunks").Find(context.Background(), engine.Query{}, func(bson.Raw) error {
		if left--; left >= 0 {
			return o.write(db, l)
		}
		return nil
	})
}

func (o *outage) write(db *DB, l *lane) error {
	o.mu.Lock()
	do := l.call()
	o.mu.Unlock()
	err := do(context.Background(), db)
	o.mu.Lock()
	l.acked = l.next
	o.mu.Unlock()
	return err
}

// rounds starts and stops the engine several times: with a new folder at first and in every third round, otherwise
// with what the last power failure left.
func (o *outage) rounds(rounds, calls int) {
	for round := range rounds {
		o.folder(round%3 > 0)
		o.run(calls)
	}
	o.Logf("the power was cut in %v; something was lost %d times; there were %d checkpoints", o.cuts, len(o.lost),
		o.checkpoints)
}

// smallLog makes SQLite run a checkpoint after 30 pages.
const smallLog = "PRAGMA wal_autocheckpoint=30;"

// TestPower lets the power fail at everything that the engine does. It checks that everything acknowledged is kept,
// and that each unacknowledged call is kept completely or not at all.
func TestPower(t *testing.T) {
	for name, test := range map[string]struct {
		pragmas                    string
		lanes, rounds, calls, rare int
		cuts, checkpoints          int
	}{
		"one":      {smallLog, 1, 12, 10, 40, 200, 20},
		"together": {smallLog, 4, 6, 8, 40, 100, 10},
		"as it is": {"", 1, 1, 300, 300, 40, 3},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := newOutage(t, 1, test.lanes)
			o.pragmas, o.rare = test.pragmas, test.rare
			o.rounds(test.rounds, test.calls)
			if len(o.lost) > 0 {
				t.Errorf("something was lost %d times, first: %v", len(o.lost), o.lost[0])
			}
			cuts := 0
			for _, n := range o.cuts {
				cuts += n
			}
			if cuts < test.cuts || o.checkpoints < test.checkpoints {
				t.Errorf("the power was cut %d times, and there were %d checkpoints", cuts, o.checkpoints)
			}
			for _, phase := range []string{"create", "start", "commit", "checkpoint", "close"} {
				if o.cuts[phase] == 0 && (phase != "start" || test.rounds > 1) {
					t.Errorf("the power was never cut in the phase %q", phase)
				}
			}
		})
	}
}

// TestDiskLosesUnsyncedWrites checks that the disk of these tests loses what is not synced.
func TestDiskLosesUnsyncedWrites(t *testing.T) {
	for _, mode := range []string{"OFF", "NORMAL"} {
		t.Run(mode, func(t *testing.T) {
			t.Parallel()
			o := newOutage(t, 1, 1)
			o.pragmas, o.rare = smallLog+"PRAGMA synchronous="+mode, 40
			o.rounds(1, 20)
			if len(o.lost) == 0 {
				t.Error("nothing is lost")
			}
		})
	}
}
