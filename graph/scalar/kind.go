package scalar

import (
	"fmt"
	"strings"
	"unicode"

	"github.com/99designs/gqlgen/graphql"

	"sen/internal/content"
)

// KindName returns a kind as a value of the schema's enum: AWARD_SERIES for AwardSeries.
func KindName(k content.Kind) string {
	var b strings.Builder
	for i, r := range string(k) {
		if i > 0 && unicode.IsUpper(r) {
			b.WriteByte('_')
		}
		b.WriteRune(unicode.ToUpper(r))
	}
	return b.String()
}

// MarshalKind writes a kind of content.
func MarshalKind(k content.Kind) graphql.Marshaler { return graphql.MarshalString(KindName(k)) }

// AppendKind appends a kind of content.
func AppendKind(b []byte, at *Place, k content.Kind) []byte { return AppendQuoted(b, at, KindName(k)) }

// UnmarshalKind reads a kind of content.
func UnmarshalKind(v any) (content.Kind, error) {
	for _, k := range content.Kinds() {
		if KindName(k) == v {
			return k, nil
		}
	}
	return "", fmt.Errorf("a ContentKind must be one of its values")
}
