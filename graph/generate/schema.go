package main

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

var (
	// headed matches the definitions whose description and some members are generated.
	headed     = regexp.MustCompile(`^(?:input|enum) \w+(?:Input|Filter|Order) \{$`)
	uploads    = regexp.MustCompile(`^  upload(\w+)\($`)
	connection = regexp.MustCompile(`^  (?:\w+|\)): (\w+)Connection$`)
	filtered   = regexp.MustCompile(`^  (\w+): (\w+)Filter$`)
)

// schema is schema.graphqls during the generation of its regions.
type schema struct {
	kinds  []*kind
	blocks []*block
	// linked are the kinds to which relation filters lead, and values are the types that filters compare. Both are in
	// the order in which the filters name them first.
	linked []*kind
	values []value
}

// value is a type whose filter is generated. If it is Ordered, the filter has gt, gte, lt and lte, too.
type value struct {
	Name    string
	Ordered bool
}

// expand rewrites the generated regions of a schema for some kinds.
func expand(text string, kinds []*kind) (string, error) {
	lines, err := handwritten("schema.graphqls", text)
	if err != nil {
		return "", err
	}
	s := &schema{kinds: kinds, blocks: blocks(lines)}
	if err := s.complete(); err != nil {
		return "", err
	}
	for _, k := range kinds { // the orders first, because the descriptions of lists name the default order
		s.order(k)
	}
	if err := s.filters(); err != nil {
		return "", err
	}
	for _, k := range kinds {
		for _, suffix := range []string{"Filter", "Input"} {
			s.writeHead(s.find(k.Name+suffix), k, strings.ToLower(suffix))
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

// complete checks that the schema has all handwritten definitions, and adds empty definitions for those that may be
// left out.
func (s *schema) complete() error {
	const implements = " implements Node & Content {"
	for i, k := range s.kinds {
		if b := s.find(k.Name); b == nil || b.head != "type "+k.Name+implements {
			return fmt.Errorf("schema.graphqls lacks the kind %s of internal/content: "+
				"write `type %[1]s%s`, with a description, its own fields and `}`", k.Name, implements)
		}
		if s.find(k.Name+"Input") == nil {
			return fmt.Errorf("schema.graphqls does not say what can be written of the kind %s: "+
				"write `input %[1]sInput {`, with its own fields and `}`", k.Name)
		}
		s.addEmpty("enum", "Order", i)
		s.addEmpty("input", "Filter", i)
	}
	for _, b := range s.blocks {
		known := slices.ContainsFunc(s.kinds, func(k *kind) bool { return k.Name == b.name })
		if strings.HasSuffix(b.head, implements) && !known {
			return fmt.Errorf("internal/content does not know the kind %s of schema.graphqls: "+
				"write it and its names into the list from which content.Kinds is made, like the other kinds", b.name)
		}
	}
	return nil
}

// addEmpty adds an empty definition for a kind that has none, after the definition of the kind before it.
func (s *schema) addEmpty(keyword, suffix string, i int) {
	name := s.kinds[i].Name + suffix
	if s.find(name) != nil {
		return
	}
	at := len(s.blocks)
	if i > 0 {
		at = slices.Index(s.blocks, s.find(s.kinds[i-1].Name+suffix)) + 1
	}
	empty := &block{name: name, head: keyword + " " + name + " {"}
	s.blocks = slices.Insert(s.blocks, at, &block{doc: []string{""}}, empty)
}

// order writes the description of a kind's order and the values that all kinds have. They are at the region's first
// line, or at the end.
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

// writeHead writes the description of a definition and the members that all kinds have, before its own members.
func (s *schema) writeHead(b *block, k *kind, what string) {
	opened := len(b.doc) == 0
	if opened {
		b.doc = slices.Concat([]string{begin + what}, region(what+" head", k))
	}
	b.members = merge(items(b.members, "  "), region(what, k), "  ", what, opened)
}

// fields writes the fields that all kinds have (those of the interface Content), and the arguments of the kind's lists.
func (s *schema) fields(b *block) {
	own := items(b.members, "  ")
	for i, it := range own {
		last := len(it.lines) - 1
		if m := connection.FindStringSubmatch(it.lines[last]); m != nil {
			for _, k := range s.kinds {
				if k.Name == m[1] {
					own[i].lines = addPageArguments(it, k)
				}
			}
		}
	}
	b.members = merge(own, s.find("Content").members, "  ", "fields", false)
}

// addPageArguments returns a field that is a page of a list, with the arguments of pages.
func addPageArguments(it item, of *kind) []string {
	at := slices.IndexFunc(it.lines, func(line string) bool { return member.MatchString(line) })
	var own []item
	if last := len(it.lines) - 1; at < last {
		own = items(it.lines[at+1:last], "    ")
	}
	args := merge(own, region("page", of), "    ", "page", false)
	return slices.Concat(it.lines[:at], []string{"  " + it.name + "("}, args, []string{"  ): " + of.Name + "Connection"})
}

// merge merges handwritten members with the standard ones, in the order of the standard ones. A handwritten member
// replaces the generated one of the same name. Opened says that a region was begun before the members.
func merge(own []item, standard []string, indent, name string, opened bool) (lines []string) {
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

// fill writes the regions with a marked place, and returns the whole text.
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
		"queries": s.kinds, "connections": s.kinds, "relation filters": s.linked,
		"value filters": s.values, "mutations": made, "mutations of uploads": uploaded, "kinds": s.kinds, "payloads": s.kinds,
		"inputs to make":   made,
		"inputs to change": s.kinds,
	}
	return placeAll("schema.graphqls", lines, data)
}
