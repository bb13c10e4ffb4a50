package embedded

import (
	"bufio"
	"fmt"
	"io"
	"math/rand/v2"
	"os/exec"
	"time"
)

// kills is how often the writing program is killed.
const kills = 100

// killSoon kills a program some time after it began to write.
func killSoon(c *exec.Cmd, begun <-chan struct{}) {
	<-begun
	time.Sleep(time.Duration(rand.IntN(60_000)) * time.Microsecond)
	_ = c.Process.Kill()
}

// follow reads the reports of a program until it ends. It returns the last document that was written.
func follow(out io.Reader, begun chan struct{}, wrote int, changed map[int]int) int {
	first := true
	for line := range tell(out) {
		if note(line, &wrote, changed); first {
			close(begun)
			first = false
		}
	}
	if first {
		close(begun)
	}
	return wrote
}

// tell returns a channel with the lines that a program writes. The channel is closed when the program ends.
func tell(out io.Reader) <-chan string {
	lines := make(chan string)
	go func() {
		defer close(lines)
		for s := bufio.NewScanner(out); s.Scan(); {
			lines <- s.Text()
		}
	}()
	return lines
}

// note records a line of a program that writes.
func note(line string, wrote *int, changed map[int]int) {
	var n, by int
	if _, err := fmt.Sscanf(line, "wrote %d", &n); err == nil {
		*wrote = max(*wrote, n)
	}
	if _, err := fmt.Sscanf(line, "changed %d %d", &n, &by); err == nil {
		changed[n] = by
	}
}
