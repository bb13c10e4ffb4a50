package content

import (
	"fmt"
	"io/fs"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
)

var verbs = regexp.MustCompile(`%[a-z]`)

// TestTranslationsTakeTheSameValues checks that both languages of an error have the same values in the same order.
func TestTranslationsTakeTheSameValues(t *testing.T) {
	for english, vietnamese := range translations {
		if !slices.Equal(verbs.FindAllString(english, -1), verbs.FindAllString(vietnamese, -1)) {
			t.Errorf("%q and %q take other values", english, vietnamese)
		}
	}
}

// forPeople are the codes of errors that people read.
var forPeople = regexp.MustCompile(`(?s)(?:content\.Errorf|refused)\([^"()]*\bcontent\.Code(?:Unauthenticated|Forbidden|NotFound|Conflict|RateLimited|Unavailable|Internal),\s*("(?:[^"\\]|\\.)*")`)

// TestErrorsForPeopleAreTranslated looks through the program's source for errors that people read, and for translations
// that no error has any more.
func TestErrorsForPeopleAreTranslated(t *testing.T) {
	root := os.DirFS("../..")
	var source strings.Builder
	err := fs.WalkDir(root, ".", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() &&
			slices.Contains([]string{".git", "node_modules", "testdata", "testkit", "bench"}, entry.Name()) {
			return fs.SkipDir
		}
		if !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") ||
			strings.HasSuffix(path, "translations.go") {
			return nil
		}
		text, err := fs.ReadFile(root, path)
		source.Write(text)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	found := forPeople.FindAllStringSubmatch(source.String(), -1)
	if len(found) < 15 {
		t.Fatalf("only %d errors were found", len(found))
	}
	for _, match := range found {
		var format string
		if _, err := fmt.Sscanf(match[1], "%q", &format); err != nil {
			t.Fatal(err)
		}
		if format != "%s" && translations[format] == "" {
			t.Errorf("people read %q, and it is in English alone: add it to translations.go", format)
		}
	}
	for english := range translations {
		if !strings.Contains(source.String(), english) {
			t.Errorf("nobody says %q any more", english)
		}
	}
}

func TestErrorsSpeakTheAskedLanguage(t *testing.T) {
	err := Errorf(CodeRateLimited, "Too many attempts to sign in failed. Try again in %d s.", 7)
	for chain, want := range map[string]string{
		"vi":    "Đăng nhập sai quá nhiều lần. Hãy thử lại sau 7 giây.",
		"vi-VN": "Đăng nhập sai quá nhiều lần. Hãy thử lại sau 7 giây.",
		"en":    "Too many attempts to sign in failed. Try again in 7 s.",
		"":      "Too many attempts to sign in failed. Try again in 7 s.",
		"vil":   "Too many attempts to sign in failed. Try again in 7 s.",
	} {
		if got := err.In([]Locale{Locale(chain), "vi"}); got != want {
			t.Errorf("%s: %s", chain, got)
		}
	}
	if got := Errorf(CodeBadUserInput, "Only for developers.").In([]Locale{"vi"}); got != "Only for developers." {
		t.Error(got)
	}
}
