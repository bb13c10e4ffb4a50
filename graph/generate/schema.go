package main

import (
	"bytes"
	_ "embed"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"text/template"
	"unicode"
	"unicode/utf8"

	"sen/graph/scalar"
	"sen/internal/content"
)

// kind is what the generator knows of a kind of content.
type kind struct {
	Name string // of its type
	content.Names
	Order    string // in which it is listed without `orderBy`
	uploaded bool   // made by an upload, not from an input
}

// placed are the regions that stand where their first line stands; the others find their place by themselves.
var placed = map[string]bool{
	"queries": true, "connections": true, "order": true, "enum filters": true, "mutations": true, "mutations of uploads": true,
	"kinds": true, "payloads": true, "inputs to make": true, "inputs to change": true, "bindings": true,
}

var (
	// headed are the definitions whose description is generated and whose members are in part.
	headed     = regexp.MustCompile(`^(?:input|enum) \w+(?:Input|Filter|Order) \{$`)
	uploads    = regexp.MustCompile(`^  upload(\w+)\($`)
	connection = regexp.MustCompile(`^  (?:\w+|\)): (\w+)Connection$`)
	enumFilter = regexp.MustCompile(`^  \w+: (\w+)Filter$`)
)

//go:embed schema.gotpl
var regionsTemplate string

var regions = template.Must(template.New("").Funcs(template.FuncMap{
	"wrap": wrap, "title": title, "upper": func(name string) string { return scalar.KindName(content.Kind(name)) },
}).Parse(regionsTemplate))

// region renders a region without its markers.
func region(name string, data any) []string {
	var b bytes.Buffer
	if err := regions.ExecuteTemplate(&b, name, data); err != nil {
		panic(err) // the template and the data are both of this package
	}
	if b.Len() == 0 {
		return nil
	}
	return strings.Split(b.String(), "\n")
}

// schema is schema.graphqls while its regions are written.
type schema struct {
	kinds  []*kind
	blocks []*block
}

// expand writes the generated regions of a schema anew, for some kinds.
func expand(text string, kinds []*kind) (string, error) {
	lines, err := handwritten("schema.graphqls", text)
	if err != nil {
		return "", err
	}
	s := &schema{kinds, blocks(lines)}
	if err := s.complete(); err != nil {
		return "", err
	}
	for _, k := range kinds { // the default orders first: lists of other kinds tell them
		s.order(k)
	}
	for _, k := range kinds {
		for _, suffix := range []string{"Filter", "Input"} {
			s.begun(s.find(k.Name+suffix), k, strings.ToLower(suffix))
		}
		s.fields(s.find(k.Name))
	}
	return s.fill()
}

func (s *schema) find(name string) *block {
	for _, b := range s.blocks {
		if b.name == name {
			return b
		}
	}
	return nil
}

// complete sees that everything is there that only people can write, and adds the frames of what they may leave out.
func (s *schema) complete() error {
	const implements = " implements Node & Content {"
	for i, k := range s.kinds {
		if b := s.find(k.Name); b == nil || b.head != "type "+k.Name+implements {
			return fmt.Errorf("schema.graphqls lacks a kind of internal/content: write `type %s%s`, with a description, its own fields and `}`", k.Name, implements)
		}
		if s.find(k.Name+"Input") == nil {
			return fmt.Errorf("schema.graphqls does not say what can be written of a kind: write `input %sInput {`, with its own fields and `}`", k.Name)
		}
		for suffix, keyword := range map[string]string{"Order": "enum", "Filter": "input"} {
			if s.find(k.Name+suffix) != nil {
				continue
			}
			if i == 0 || s.find(s.kinds[i-1].Name+suffix) == nil {
				return fmt.Errorf("schema.graphqls lacks `%s %s%s {`, and `}`", keyword, k.Name, suffix)
			}
			at := slices.Index(s.blocks, s.find(s.kinds[i-1].Name+suffix)) + 1
			s.blocks = slices.Insert(s.blocks, at, &block{doc: []string{""}}, &block{name: k.Name + suffix, head: keyword + " " + k.Name + suffix + " {"})
		}
	}
	for _, b := range s.blocks {
		known := slices.ContainsFunc(s.kinds, func(k *kind) bool { return k.Name == b.name })
		if strings.HasSuffix(b.head, implements) && !known {
			return fmt.Errorf("internal/content does not know the kind %s of schema.graphqls: write its constant and its line of kindNames in internal/content/content.go", b.name)
		}
	}
	return nil
}

// order writes the description of a kind's order and the values that every kind has, where the region stands or last.
func (s *schema) order(k *kind) {
	b := s.find(k.Name + "Order")
	var own []string
	for _, it := range items(b.members, "  ") {
		own = append(own, it.name)
	}
	var common []string
	for _, it := range items(region("order", k), "  ") {
		if !slices.Contains(own, it.name) {
			common = append(common, it.lines...)
		}
	}
	place := "  " + begin + "order"
	at := slices.Index(b.members, place)
	if at < 0 {
		at = len(b.members)
	} else {
		b.members = slices.Delete(b.members, at, at+1)
	}
	if len(common) > 0 {
		b.members = slices.Insert(b.members, at, slices.Concat([]string{place}, common, []string{"  " + end})...)
	}
	for _, it := range items(b.members, "  ") {
		if it.name != "" {
			k.Order = it.name
			break
		}
	}
	if len(b.doc) == 0 {
		b.doc = slices.Concat([]string{begin + "order head"}, region("order head", k))
		b.members = slices.Insert(b.members, 0, "  "+end)
	}
}

// begun writes the description of a definition and the members that every kind has, in front of its own.
func (s *schema) begun(b *block, k *kind, what string) {
	opened := len(b.doc) == 0
	if opened {
		b.doc = slices.Concat([]string{begin + what}, region(what+" head", k))
	}
	b.members = merged(items(b.members, "  "), region(what, k), "  ", what, opened)
}

// fields writes the fields that every kind has, which are those of the interface Content, and the arguments of its lists.
func (s *schema) fields(b *block) {
	own := items(b.members, "  ")
	for i, it := range own {
		last := len(it.lines) - 1
		if m := connection.FindStringSubmatch(it.lines[last]); m != nil {
			for _, k := range s.kinds {
				if k.Name == m[1] {
					own[i].lines = paged(it, k)
				}
			}
		}
	}
	b.members = merged(own, s.find("Content").members, "  ", "fields", false)
}

// paged writes the arguments of a field that is a page of a list.
func paged(it item, of *kind) []string {
	at := slices.IndexFunc(it.lines, func(line string) bool { return member.MatchString(line) })
	var own []item
	if last := len(it.lines) - 1; at < last {
		own = items(it.lines[at+1:last], "    ")
	}
	return slices.Concat(it.lines[:at], []string{"  " + it.name + "("}, merged(own, region("page", of), "    ", "page", false),
		[]string{"  ): " + of.Name + "Connection"})
}

// merged joins members that people wrote with those that are the same everywhere, in the order of these. What is written
// by hand takes the place of what would be generated. The members begin inside a region when it is open already.
func merged(own []item, standard []string, indent, name string, opened bool) (lines []string) {
	for _, s := range items(standard, indent) {
		at := slices.IndexFunc(own, func(it item) bool { return it.name == s.name })
		switch {
		case at >= 0:
			if opened {
				lines, opened = append(lines, indent+end), false
			}
			lines = append(lines, own[at].lines...)
			own = slices.Delete(own, at, at+1)
			continue
		case !opened:
			lines, opened = append(lines, indent+begin+name), true
		}
		lines = append(lines, s.lines...)
	}
	if opened {
		lines = append(lines, indent+end)
	}
	for _, it := range own {
		lines = append(lines, it.lines...)
	}
	return lines
}

// fill writes the regions that stand at fixed places, and gives the whole text.
func (s *schema) fill() (string, error) {
	var lines []string
	for _, b := range s.blocks {
		lines = append(lines, b.doc...)
		if b.name != "" {
			lines = append(append(append(lines, b.head), b.members...), "}")
		}
	}
	var made, uploaded []*kind
	for _, line := range lines {
		if m := uploads.FindStringSubmatch(line); m != nil {
			for _, k := range s.kinds {
				k.uploaded = k.uploaded || k.Name == m[1]
			}
		}
	}
	for _, k := range s.kinds {
		if k.uploaded {
			uploaded = append(uploaded, k)
		} else {
			made = append(made, k)
		}
	}
	data := map[string]any{
		"queries": s.kinds, "connections": s.kinds, "enum filters": s.enums(), "mutations": made, "mutations of uploads": uploaded,
		"kinds": s.kinds, "payloads": s.kinds, "inputs to make": made, "inputs to change": s.kinds,
	}
	return placeAll("schema.graphqls", lines, data)
}

// bind writes the rows of every kind in gqlgen.yml anew.
func bind(text string, kinds []*kind) (string, error) {
	lines, err := handwritten("gqlgen.yml", text)
	if err != nil {
		return "", err
	}
	return placeAll("gqlgen.yml", lines, map[string]any{"bindings": kinds})
}

// placeAll writes the regions behind their first lines. All of them must be there.
func placeAll(file string, lines []string, data map[string]any) (string, error) {
	var out strings.Builder
	for _, line := range lines {
		out.WriteString(line + "\n")
		indent, name, found := strings.Cut(line, begin)
		if of, ok := data[name]; found && ok {
			for _, generated := range append(region(name, of), indent+end) {
				out.WriteString(generated + "\n")
			}
			delete(data, name)
		}
	}
	for name := range data {
		return "", fmt.Errorf("%s lacks the region %q: write the line `%s%s` where it is to stand", file, name, begin, name)
	}
	return out.String(), nil
}

// enums are those that the filters of kinds compare, in the order in which they are first named.
func (s *schema) enums() (names []string) {
	for _, k := range s.kinds {
		for _, line := range s.find(k.Name + "Filter").members {
			m := enumFilter.FindStringSubmatch(line)
			if m == nil || slices.Contains(names, m[1]) || s.find(m[1]+"Filter") != nil {
				continue
			}
			if b := s.find(m[1]); b != nil && strings.HasPrefix(b.head, "enum ") {
				names = append(names, m[1])
			}
		}
	}
	return names
}

// wrap breaks a text into lines of 112 columns at most.
func wrap(indent, text string) string {
	var out strings.Builder
	column := 0
	for _, word := range strings.Fields(text) {
		switch width := utf8.RuneCountInString(word); {
		case column > 0 && column+1+width > 112:
			out.WriteString("\n" + indent + word)
			column = len(indent) + width
		case column == 0:
			out.WriteString(indent + word)
			column = len(indent) + width
		default:
			out.WriteString(" " + word)
			column += 1 + width
		}
	}
	return out.String()
}

// title writes the first letter large.
func title(text string) string {
	first, size := utf8.DecodeRuneInString(text)
	return string(unicode.ToUpper(first)) + text[size:]
}
