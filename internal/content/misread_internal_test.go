package content

import (
	"testing"

	"golang.org/x/text/encoding/charmap"
)

// TestIsMisread checks that the first search of isMisread misses no misread text: every letter of up to three bytes in
// UTF-8, read as Windows-1252.
func TestIsMisread(t *testing.T) {
	misreadTexts := 0
	for r := rune(0x80); r <= 0xFFFF; r++ {
		read := "x"
		for _, b := range []byte(string(r)) {
			read += string(charmap.Windows1252.DecodeByte(b))
		}
		for _, s := range []string{read, read + "a", read[1:]} {
			if matches := misread.MatchString(s); matches != isMisread(s) {
				t.Fatalf("%q: %t, by the whole expression %t", s, !matches, matches)
			} else if matches {
				misreadTexts++
			}
		}
	}
	if misreadTexts < 1000 {
		t.Errorf("only %d texts are misread", misreadTexts)
	}
}
