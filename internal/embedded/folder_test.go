package embedded

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"sen/internal/content"
	"sen/internal/engine"
)

// role is the environment variable that tells a child process of the test which program to be.
const role = "SEN_EMBEDDED_TEST_ROLE"

// other returns another program with a role.
func other(t *testing.T, does, dir string) *exec.Cmd {
	t.Helper()
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	c := exec.Command(program, "-test.run=^TestOtherProgram$", "-test.v")
	c.Env = append(os.Environ(), role+"="+does, "SEN_EMBEDDED_TEST_DIR="+dir)
	return c
}

// TestOtherProgram is the main function of other programs. Without a role it does nothing.
func TestOtherProgram(t *testing.T) {
	dir := os.Getenv("SEN_EMBEDDED_TEST_DIR")
	switch os.Getenv(role) {
	case "open":
		_, err := Open(dir, Options{})
		fmt.Println("the other says:", err)
	case "write":
		writeForEver(t, dir)
	case "full":
		fillFile(t, dir)
	case "backup":
		fmt.Println("the other says:", Backup(t.Context(), dir, dir+".backup", nil))
	}
}

// TestFolder checks that a folder is private to its user, and is unlocked when the engine is closed.
func TestFolder(t *testing.T) {
	for _, name := range []string{
		"plain", "tài liệu của tôi", "a+b", "a&b=c", "file:x?mode=memory#50%2",
		strings.Repeat("long", 30),
	} {
		dir := filepath.Join(t.TempDir(), name)
		db := started(t, dir)
		write(t, db.Table("things"), engine.Insert(M{"_id": "a"}))
		files, err := os.ReadDir(dir)
		if err != nil || len(files) != 5 {
			t.Errorf("the folder has %v: %v", files, err)
		}
		for _, file := range append([]string{"."}, names(files)...) {
			info, err := os.Stat(filepath.Join(dir, file))
			if want := map[bool]os.FileMode{true: os.ModeDir | 0o700, false: 0o600}[file == "."]; err != nil ||
				info.Mode() != want {
				t.Errorf("%s has the mode %s: %v", file, info.Mode(), err)
			}
		}
		_, err = Open(dir, Options{})
		if want := "is in use by another Sen; stop that one, or choose another folder with --data"; err == nil ||
			!strings.Contains(err.Error(), want) {
			t.Errorf("a second engine: %v", err)
		}
		said, err := other(t, "open", dir).Output()
		if err != nil || !strings.Contains(string(said), "is in use by another Sen") {
			t.Errorf("another program: %s, %v", said, err)
		}
		closed(t, db)
		closed(t, db) // a second close does nothing
		if _, err := db.Table("things").Count(t.Context(), nil); content.CodeOf(err) != content.CodeUnavailable {
			t.Errorf("a closed engine counts: %v", err)
		}
		if _, err := db.Table("things").Write(t.Context(),
			engine.Insert(M{"_id": "b"})); content.CodeOf(err) != content.CodeUnavailable {
			t.Errorf("a closed engine writes: %v", err)
		}
		if err := db.Ready(t.Context()); err == nil {
			t.Error("a closed engine is ready")
		}
		closed(t, started(t, dir))
	}
}

func names(files []os.DirEntry) (names []string) {
	for _, file := range files {
		names = append(names, file.Name())
	}
	return names
}

// TestFormerFolder checks that the folder of the earlier engine is refused and not changed.
func TestFormerFolder(t *testing.T) {
	for _, name := range []string{"db/sen.sqlite", "engine.sock"} {
		dir := t.TempDir()
		if err := os.MkdirAll(filepath.Dir(filepath.Join(dir, name)), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, name), []byte("former"), 0o600); err != nil {
			t.Fatal(err)
		}
		_, err := Open(dir, Options{})
		if err == nil || !strings.Contains(err.Error(), "nothing in it was changed") {
			t.Errorf("%s: %v", name, err)
		}
		if files, _ := os.ReadDir(dir); len(files) != 1 {
			t.Errorf("the folder has %v", files)
		}
	}
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(file, Options{}); err == nil || !strings.Contains(err.Error(), "make the data folder") {
		t.Errorf("a file: %v", err)
	}
}

// TestForeignDatabase checks that a database of another program is refused and not changed.
func TestForeignDatabase(t *testing.T) {
	dir := t.TempDir()
	text := []byte("no database, but a text that someone wants to keep")
	if err := os.WriteFile(filepath.Join(dir, fileName), text, 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := Open(dir, Options{})
	if err == nil || !strings.Contains(err.Error(), "can't be read") {
		t.Errorf("a text: %v", err)
	}
	if left, _ := os.ReadFile(filepath.Join(dir, fileName)); string(left) != string(text) {
		t.Errorf("the text is now %q", left)
	}
}

// writeForEver inserts, changes and removes documents, and reports each write after it.
func writeForEver(t *testing.T, dir string) {
	db, err := Open(dir, Options{})
	if err != nil {
		t.Fatal(err)
	}
	table := db.Table("things").(*table)
	index(t, table, "n")
	counts, err := table.Count(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	text := strings.Repeat("text ", 2000)
	for n := counts[0]; ; n++ {
		id := strconv.Itoa(n)
		write(t, table, engine.Insert(M{"_id": id, "n": n, "text": text}))
		fmt.Println("wrote", n)
		write(t, table, engine.Update(engine.ByID(strconv.Itoa(n/2)), engine.Set("changed", n)))
		fmt.Println("changed", n/2, n)
	}
}

// TestKill checks that all acknowledged writes survive a SIGKILL at any time.
func TestKill(t *testing.T) {
	dir := t.TempDir()
	wrote, changed := -1, map[int]int{}
	for range kills {
		c := other(t, "write", dir)
		out, err := c.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := c.Start(); err != nil {
			t.Fatal(err)
		}
		kill := make(chan struct{})
		go killSoon(c, kill)
		wrote = follow(out, kill, wrote, changed)
		_ = c.Wait()
		db := started(t, dir)
		checkWritten(t, db, wrote, changed)
		closed(t, db)
	}
	if wrote < 0 {
		t.Error("nothing was written")
	}
}

// checkWritten checks that all reported writes are there.
func checkWritten(t *testing.T, db *DB, wrote int, changed map[int]int) {
	t.Helper()
	table := db.Table("things")
	counts, err := table.Count(t.Context(), nil)
	if err != nil || counts[0] < wrote+1 {
		t.Fatalf("there are %v documents of %d: %v", counts, wrote+1, err)
	}
	for _, doc := range all(t, table, engine.Query{}) {
		n := int(doc.Lookup("n").AsInt64())
		if at, ok := changed[n]; ok {
			if got, ok := doc.Lookup("changed").AsInt64OK(); !ok || int(got) < at {
				t.Fatalf("document %d lost its change %d, and has %d", n, at, got)
			}
		}
	}
}

// TestBackup copies a folder while another program writes into it.
func TestBackup(t *testing.T) {
	dir := t.TempDir() + "/data #1"
	c := other(t, "write", dir)
	out, err := c.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	lines := tell(out)
	for range 200 {
		<-lines
	}
	wrote, changed := -1, map[int]int{}
	note(<-lines, &wrote, changed)
	file, total := filepath.Join(t.TempDir(), "100% #1.db"), 0
	err = Backup(t.Context(), dir, file, func(done, of int) { total = of - done })
	if err != nil || total != 0 {
		t.Errorf("a backup: %d pages are left, %v", total, err)
	}
	if err := Backup(t.Context(), dir, file, nil); err == nil || !strings.Contains(err.Error(), "exists already") {
		t.Errorf("a backup over another: %v", err)
	}
	for range 20 { // the writes continue
		<-lines
	}
	_ = c.Process.Kill()
	_ = c.Wait()
	if info, err := os.Stat(file); err != nil || info.Mode() != 0o600 {
		t.Errorf("the backup has the mode %s: %v", info.Mode(), err)
	}
	copied := t.TempDir()
	if err := os.Rename(file, filepath.Join(copied, fileName)); err != nil {
		t.Fatal(err)
	}
	db := started(t, copied)
	checkWritten(t, db, wrote, changed)
	within := filepath.Join(t.TempDir(), "within.db")
	if err := db.Backup(t.Context(), within, nil); err != nil {
		t.Error(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := db.Backup(ctx, within+"2", nil); !errors.Is(err, context.Canceled) {
		t.Errorf("a cancelled backup: %v", err)
	}
	if files, _ := os.ReadDir(filepath.Dir(within)); len(files) != 1 {
		t.Errorf("there are %v", files)
	}
	if err := Backup(t.Context(), t.TempDir(), within+"3", nil); err == nil {
		t.Error("an empty folder was copied")
	}
}
