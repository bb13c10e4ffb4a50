package main

import (
	"bytes"
	_ "embed"
	"fmt"
	"strings"
	"text/template"
	"unicode"
	"unicode/utf8"

	"sen/graph/scalar"
	"sen/internal/content"
)

// placed are the regions whose place is marked by their first line. The generator finds the place of the other regions.
var placed = map[string]bool{
	"queries": true, "connections": true, "order": true, "relation filters": true, "value filters": true,
	"mutations": true, "mutations of uploads": true, "kinds": true, "payloads": true, "inputs to make": true,
	"inputs to change": true,
	"bindings":         true, // in gqlgen.yml
}

//go:embed schema.gotpl
var regionsTemplate string

var regions = template.Must(template.New("").Funcs(template.FuncMap{
	"wrap": wrap, "title": title, "upper": func(name string) string { return scalar.KindName(content.Kind(name)) },
}).Parse(regionsTemplate))

// region returns the lines of a region without its markers.
func region(name string, data any) []string {
	var b bytes.Buffer
	if err := regions.ExecuteTemplate(&b, name, data); err != nil {
		panic(err) // both the template and the data are in this package, so an error is a bug
	}
	if b.Len() == 0 {
		return nil
	}
	return strings.Split(b.String(), "\n")
}

// bind rewrites the rows of all kinds in gqlgen.yml.
func bind(text string, kinds []*kind) (string, error) {
	lines, err := handwritten("gqlgen.yml", text)
	if err != nil {
		return "", err
	}
	return placeAll("gqlgen.yml", lines, map[string]any{"bindings": kinds})
}

// placeAll writes the regions after their first lines. It is an error if a first line is missing.
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
		const lacks = "%s lacks a region: write the lines `%s%s` and `%s` where it should be"
		return "", fmt.Errorf(lacks, file, begin, name, end)
	}
	return out.String(), nil
}

// wrap breaks a text into lines of at most 112 columns.
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

// title returns a text with its first letter in upper case.
func title(text string) string {
	first, size := utf8.DecodeRuneInString(text)
	return string(unicode.ToUpper(first)) + text[size:]
}
