package main

import (
	"fmt"
	"slices"
	"strings"
)

// filters records the handwritten members of each kind's filter, and the generated filters that they need.
func (s *schema) filters() error {
	made := map[string]bool{}
	for _, k := range s.kinds {
		k.Filter = nil
		common := items(region("filter", k), "  ")
		for _, line := range s.find(k.Name + "Filter").members {
			m := filtered.FindStringSubmatch(line)
			if m == nil || slices.ContainsFunc(common, func(it item) bool { return it.name == m[1] }) {
				continue
			}
			c := filterMember{Name: m[1], Type: m[2] + "Filter"}
			if is, err := s.filter(m[2]); err != nil {
				return fmt.Errorf("schema.graphqls: %sFilter.%s: %w", k.Name, c.Name, err)
			} else if !made[c.Type] {
				c.Is, made[c.Type] = is, true
			}
			k.Filter = append(k.Filter, c)
		}
	}
	return nil
}

// filter returns the Go type of a generated filter, by the type that it compares; "" for a handwritten filter. At the
// first call for a type, it records the filter for the schema.
func (s *schema) filter(of string) (is string, err error) {
	if name, ok := strings.CutSuffix(of, "Relation"); ok {
		at := slices.IndexFunc(s.kinds, func(k *kind) bool { return k.Name == name })
		if at < 0 {
			return "", fmt.Errorf("there is no kind %s", name)
		}
		if !slices.Contains(s.linked, s.kinds[at]) {
			s.linked = append(s.linked, s.kinds[at])
		}
		return "RelationFilter[*" + name + "Filter]", nil
	}
	if s.find(of+"Filter") != nil {
		return "", nil
	}
	v := value{of, s.isScalar(of)}
	if b := s.find(of); !v.Ordered && (b == nil || !strings.HasPrefix(b.head, "enum ")) {
		return "", fmt.Errorf("there is no enumeration or scalar %s", of)
	}
	if !slices.Contains(s.values, v) {
		s.values = append(s.values, v)
	}
	if v.Ordered {
		return "Range[" + of + "]", nil
	}
	return "Match[" + of + "]", nil
}

// isScalar reports whether the schema has a scalar with a name.
func (s *schema) isScalar(name string) bool {
	return slices.ContainsFunc(s.blocks, func(b *block) bool {
		return slices.ContainsFunc(b.doc, func(line string) bool {
			return line == "scalar "+name || strings.HasPrefix(line, "scalar "+name+" ")
		})
	})
}
