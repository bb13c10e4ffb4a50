package main

import (
	"fmt"
	"regexp"
	"strings"
)

// A region is the text between these two comment lines. The first line ends with the region's name.
const (
	begin = "# begin generated: "
	end   = "# end generated"
)

var (
	opening = regexp.MustCompile(`^(?:type|interface|input|enum) (\w+)[^{]*\{$`)
	member  = regexp.MustCompile(`^ +(\w+)(\(|:|$)`)
)

// block is a definition with members, or the lines between two such definitions.
type block struct {
	name    string   // empty for lines between definitions
	doc     []string // the description
	head    string   // the line that ends with "{"
	members []string // the lines up to "}"
}

// item is a field, an argument or an enum value, with its description and the comments before it.
type item struct {
	name  string
	lines []string
}

// blocks splits a schema into blocks. It relies on the format of the file: definitions begin and end at the start of a
// line.
func blocks(lines []string) (all []*block) {
	between := &block{}
	flush := func() {
		if len(between.doc) > 0 {
			all = append(all, between)
		}
		between = &block{}
	}
	for i := 0; i < len(lines); {
		doc := described(lines[i:], "")
		next := i + len(doc)
		var head []string
		if next < len(lines) {
			head = opening.FindStringSubmatch(lines[next])
		}
		if head == nil {
			next = min(next, len(lines)-1)
			between.doc = append(between.doc, lines[i:next+1]...)
			i = next + 1
			continue
		}
		flush()
		b := &block{name: head[1], doc: doc, head: lines[next]}
		for i = next + 1; i < len(lines) && lines[i] != "}"; i++ {
			b.members = append(b.members, lines[i])
		}
		i++
		all = append(all, b)
	}
	flush()
	return all
}

// described returns the lines of the description at the beginning of some lines.
func described(lines []string, indent string) []string {
	const quotes = `"""`
	first := lines[0]
	if !strings.HasPrefix(first, indent+`"`) {
		return nil
	}
	text := strings.TrimPrefix(first, indent)
	if !strings.HasPrefix(text, quotes) || len(text) > len(quotes) && strings.HasSuffix(text, quotes) {
		return lines[:1]
	}
	for i := 1; i < len(lines); i++ {
		if strings.HasSuffix(lines[i], quotes) {
			return lines[:i+1]
		}
	}
	return lines
}

// items splits the members of a definition, or the arguments of a field, into items.
func items(lines []string, indent string) (all []item) {
	var it item
	for i := 0; i < len(lines); {
		doc := described(lines[i:], indent)
		it.lines = append(it.lines, doc...)
		if i += len(doc); i == len(lines) {
			break
		}
		it.lines = append(it.lines, lines[i])
		if m := member.FindStringSubmatch(lines[i]); m != nil {
			it.name = m[1]
			for strings.HasSuffix(lines[i], "(") || m[2] == "(" && !strings.HasPrefix(lines[i], indent+")") {
				i++
				it.lines = append(it.lines, lines[i])
			}
			all = append(all, it)
			it = item{}
		}
		i++
	}
	if len(it.lines) > 0 { // comments after the last item
		all = append(all, it)
	}
	return all
}

// handwritten removes the generated lines. It keeps the first line of a region if that line marks its place (see
// placed), and the opening line of a definition that is partly generated.
func handwritten(file, text string) (kept []string, err error) {
	inside, whole := "", false
	for i, line := range strings.Split(strings.TrimSuffix(text, "\n"), "\n") {
		_, name, begins := strings.Cut(line, begin)
		ends := strings.TrimSpace(line) == end
		switch {
		case begins && inside != "" || ends && inside == "":
			return nil, fmt.Errorf("%s:%d: `%s…` and `%s` must alternate", file, i+1, begin, end)
		case begins:
			if inside, whole = name, placed[name]; whole {
				kept = append(kept, line)
			}
		case ends:
			inside = ""
		case inside == "" || !whole && headed.MatchString(line):
			kept = append(kept, line)
		}
	}
	if inside != "" {
		return nil, fmt.Errorf("%s: no `%s` ends the region %q", file, end, inside)
	}
	return kept, nil
}
