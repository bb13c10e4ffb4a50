package embedded

import (
	"fmt"
	"regexp"
	"strings"

	"go.mongodb.org/mongo-driver/v2/bson"
)

// matches compiles a comparison with a regular expression.
func (c *cond) matches(v value, options string) error {
	c.op = opRegex
	pattern := v.data
	if v.kind == bson.TypeRegex {
		parts := strings.Split(v.data, "\x00")
		pattern, options = parts[0], parts[1]+options
	}
	if strings.Trim(options, "i") != "" {
		return unsupported("the option " + options + " of a regular expression")
	}
	text, begin := strings.CutPrefix(pattern, "^")
	if plain := literal(text); options == "" && regexp.QuoteMeta(plain) == text {
		c.match = func(s string) bool { return strings.Contains(s, plain) }
		if begin {
			c.match = func(s string) bool { return strings.HasPrefix(s, plain) }
		}
		return nil
	}
	if options != "" {
		pattern = "(?i)" + pattern
	}
	compiled, err := regexp.Compile(pattern)
	if err != nil {
		return fmt.Errorf("a regular expression of a filter: %w", err)
	}
	c.match = compiled.MatchString
	return nil
}

// literal removes the backslashes from a quoted text.
func literal(quoted string) string {
	var b strings.Builder
	for i := 0; i < len(quoted); i++ {
		if quoted[i] == '\\' && i+1 < len(quoted) {
			i++
		}
		b.WriteByte(quoted[i])
	}
	return b.String()
}
