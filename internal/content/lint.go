package content

import (
	"strings"

	"golang.org/x/text/unicode/norm"
)

// FindingCode is a stand-in until the lint is merged.
type FindingCode string

// Finding codes.
const (
	FindingPlaceholder FindingCode = "PLACEHOLDER"
	FindingControl     FindingCode = "CONTROL"
	FindingMojibake    FindingCode = "MOJIBAKE"
	FindingDecomposed  FindingCode = "DECOMPOSED"
	FindingBlank       FindingCode = "BLANK"
)

// Finding is one finding.
type Finding struct {
	Code     FindingCode
	Repaired bool
	Text     string
}

// Lint is a stand-in.
func Lint(text string, line bool) (string, []Finding) {
	clean := strings.TrimSpace(norm.NFC.String(text))
	var f []Finding
	if clean == "" {
		f = append(f, Finding{Code: FindingBlank})
	}
	if line && (clean == "null" || strings.HasSuffix(clean, " null")) {
		f = append(f, Finding{Code: FindingPlaceholder, Text: "null"})
	}
	return clean, f
}
