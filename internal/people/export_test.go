package people

import (
	"fmt"
	"strings"

	"sen/internal/content"
)

// RulesTable returns the rules as a table of text.
func RulesTable() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%-18s", "")
	for _, role := range content.Roles() {
		fmt.Fprintf(&b, "%-8s", strings.ToLower(string(role)))
	}
	b.WriteByte('\n')
	for _, r := range rules {
		fmt.Fprintf(&b, "%-18s", strings.ToLower(strings.ReplaceAll(string(r.action), "_", " ")))
		for _, role := range content.Roles() {
			fmt.Fprintf(&b, "%-8s", reachOf(&content.Actor{Role: role}, r.action, content.KindArticle))
		}
		b.WriteByte('\n')
	}
	return b.String()
}
