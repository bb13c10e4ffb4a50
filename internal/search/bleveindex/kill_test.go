package bleveindex_test

import (
	"bufio"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"testing"
	"time"

	"sen/internal/search"
	"sen/internal/search/bleveindex"
	"sen/internal/testkit"
)

const (
	// kills is how often the writing program is killed.
	kills = 30
	// batchDocuments is the number of documents of each of its batches in a stage.
	batchDocuments = 20
	// role and folder are the environment variables that tell a child process of the test which program to be.
	role, folder = "SEN_BLEVEINDEX_TEST_ROLE", "SEN_BLEVEINDEX_TEST_DIR"
)

// other returns another program with a role.
func other(t *testing.T, does, dir string) *exec.Cmd {
	t.Helper()
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	c := exec.Command(program, "-test.run=^TestOtherProgram$", "-test.v")
	c.Env = append(os.Environ(), role+"="+does, folder+"="+dir)
	return c
}

// TestOtherProgram is the main function of other programs. Without a role it does nothing.
func TestOtherProgram(t *testing.T) {
	dir := os.Getenv(folder)
	switch os.Getenv(role) {
	case "open":
		_, err := bleveindex.Open(dir, testkit.Log(t))
		fmt.Println("the other says:", err)
	case "write":
		x := opened(t, dir)
		n, err := x.Documents(t.Context(), search.Drafts) // written after the published ones
		if err != nil {
			t.Fatal(err)
		}
		for number := n / batchDocuments; ; number++ {
			write(t, x, batch(search.Published, number, batchDocuments))
			write(t, x, batch(search.Drafts, number, batchDocuments))
			fmt.Println("wrote", number)
		}
	}
}

// TestKill checks that an index can be opened after a SIGKILL at any time, that all acknowledged batches are there, and
// that each batch is there as a whole or not at all.
func TestKill(t *testing.T) {
	dir := t.TempDir()
	wrote := -1
	for range kills {
		wrote = max(wrote, writeUntilKilled(t, dir))
		x, log := logged(t, dir)
		if log != "" {
			t.Fatalf("after batch %d: opening logs %s", wrote, log)
		}
		checkBatches(t, x, wrote)
		closed(t, x)
	}
	if wrote < kills {
		t.Errorf("only %d batches were written", wrote+1)
	}
}

// writeUntilKilled runs a program that writes, and kills it some time after it began. It returns the last batch that
// the program reported, or -1.
func writeUntilKilled(t *testing.T, dir string) (last int) {
	t.Helper()
	c := other(t, "write", dir)
	out, err := c.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	last = -1
	for s := bufio.NewScanner(out); s.Scan(); {
		var n int
		if _, err := fmt.Sscanf(s.Text(), "wrote %d", &n); err != nil {
			continue
		}
		if last < 0 {
			go func() {
				time.Sleep(time.Duration(rand.IntN(150_000)) * time.Microsecond) //nolint:gosec // any moment
				_ = c.Process.Kill()
			}()
		}
		last = n
	}
	_ = c.Wait()
	return last
}

// checkBatches checks that all batches up to a number are there, and no part of another one.
func checkBatches(t *testing.T, x *bleveindex.Index, wrote int) {
	t.Helper()
	for _, stage := range stages {
		var terms []search.Term
		for number := range wrote + 3 {
			terms = append(terms, search.Term{Field: search.Title, Text: fmt.Sprint("b", number)})
		}
		total, counts, err := x.Frequencies(t.Context(), []search.Stage{stage}, terms)
		if err != nil {
			t.Fatal(err)
		}
		for number, n := range counts {
			if n != batchDocuments && (number <= wrote || n != 0) {
				t.Fatalf("%s has %d documents of batch %d; batch %d was acknowledged", stage, n, number, wrote)
			}
			total -= n
		}
		if total != 0 {
			t.Fatalf("%s has %d documents of no batch", stage, total)
		}
	}
}
