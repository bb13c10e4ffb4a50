// Package importer reads content from a tree of files that people write by hand:
//
//	site.yaml                 the settings of the site
//	articles/*.yaml           the entries of a kind; every other kind has a folder too
//	media/files/*             the bytes of the media
//
// A file has one YAML document for each entry; lines of "---" separate them. A document has the fields of the stored
// form (the json tags of [sen/internal/content]), and these:
//
//   - id, such as article_hoi-nghi;
//   - draft: true, for an entry that readers do not see yet;
//   - file, for a medium: the name of its file in media/files.
//
// In a field of running text (spans), a plain string means one span without marks. createdAt and updatedAt are
// optional; their default is publishedAt.
package importer

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"sen/internal/content"
)

// The paths in a tree that are not the folder of a kind.
const (
	siteFile   = "site.yaml"
	mediaFiles = "media/files"
)

// Files reads the tree. An error names the file, the number of the document in it, counted from 1, and the field.
func Files(fsys fs.FS) (*content.Bundle, error) {
	if err := checkNames(fsys); err != nil {
		return nil, err
	}
	r := &reader{fsys: fsys, bundle: new(content.Bundle), places: map[content.ID]string{}}
	if err := r.site(); err != nil {
		return nil, err
	}
	for _, kind := range content.Kinds() {
		d := kind.Descriptor()
		names, err := fs.Glob(fsys, d.Folder+"/*.yaml")
		if err != nil {
			return nil, err
		}
		for _, name := range names {
			if err := r.file(name, d); err != nil {
				return nil, err
			}
		}
	}
	return r.bundle, nil
}

// checkNames refuses files that would be ignored without a message: in a folder with a mistyped name, or with another
// extension.
func checkNames(fsys fs.FS) error {
	top, err := fs.ReadDir(fsys, ".")
	if err != nil {
		return err
	}
	for _, entry := range top {
		name := entry.Name()
		if !entry.IsDir() {
			if isYAML(name) && name != siteFile {
				return fmt.Errorf("%s: the only file allowed at the top of the tree is %s", name, siteFile)
			}
			continue
		}
		if !slices.ContainsFunc(content.Kinds(), func(k content.Kind) bool { return k.Descriptor().Folder == name }) {
			return fmt.Errorf("%s: no kind of content has this folder", name)
		}
		inside, err := fs.ReadDir(fsys, name)
		if err != nil {
			return err
		}
		for _, file := range inside {
			place := path.Join(name, file.Name())
			if place != mediaFiles && (file.IsDir() || path.Ext(place) != ".yaml") {
				return fmt.Errorf("%s: only *.yaml files are allowed here", place)
			}
		}
	}
	return nil
}

func isYAML(name string) bool {
	return path.Ext(name) == ".yaml" || path.Ext(name) == ".yml"
}

// reader collects a bundle from a tree.
type reader struct {
	fsys   fs.FS
	bundle *content.Bundle
	// places gives the document in which each id was found.
	places map[content.ID]string
}

// site reads the settings of the site, if the file exists.
func (r *reader) site() error {
	return r.documents(siteFile, func(_ string, fields map[string]any) error {
		if r.bundle.Site != nil {
			return errors.New("only one document is allowed here")
		}
		r.bundle.Site = new(content.Site)
		return decode(fields, r.bundle.Site)
	})
}

// file reads the entries of one file.
func (r *reader) file(name string, d *content.Descriptor) error {
	return r.documents(name, func(place string, fields map[string]any) error {
		item, err := r.item(fields, d)
		if err != nil {
			return err
		}
		id := item.Content.Common().ID
		if before := r.places[id]; before != "" {
			return fmt.Errorf("id: %s is already used in %s", id, before)
		}
		r.places[id] = place
		r.bundle.Items = append(r.bundle.Items, *item)
		return nil
	})
}

// documents calls read with the fields of each document of a file. A missing file has no documents.
func (r *reader) documents(name string, read func(place string, fields map[string]any) error) error {
	text, err := fs.ReadFile(r.fsys, name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	d := yaml.NewDecoder(bytes.NewReader(text))
	for n := 1; ; n++ {
		place := fmt.Sprintf("%s, document %d", name, n)
		var node yaml.Node
		if err := d.Decode(&node); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return fmt.Errorf("%s: %w", place, err)
		}
		if len(node.Content) != 1 || node.Content[0].Kind != yaml.MappingNode {
			return fmt.Errorf("%s: no fields in it", place)
		}
		value, err := tree(node.Content[0], "")
		if err != nil {
			return fmt.Errorf("%s: %w", place, err)
		}
		fields, _ := value.(map[string]any)
		if err := read(place, fields); err != nil {
			return fmt.Errorf("%s: %w", place, err)
		}
	}
}

// item makes an entry from the fields of a document.
func (r *reader) item(fields map[string]any, d *content.Descriptor) (*content.Item, error) {
	item := &content.Item{Content: d.New()}
	var id, file string
	if err := errors.Join(take(fields, "id", &id), take(fields, "draft", &item.Draft)); err != nil {
		return nil, err
	}
	if k, ok := content.ID(id).Kind(); !ok || k != d.Kind {
		return nil, fmt.Errorf("id: %q is not an id of the kind %s", id, d.Kind)
	}
	medium, isMedium := item.Content.(*content.Media)
	if isMedium {
		if err := take(fields, "file", &file); err != nil {
			return nil, err
		}
	}
	if err := decode(fields, item.Content); err != nil {
		return nil, err
	}
	if isMedium {
		name := path.Join(mediaFiles, file)
		if info, err := fs.Stat(r.fsys, name); file == "" || strings.Contains(file, "/") || err != nil || info.IsDir() {
			return nil, fmt.Errorf("file: no %q in %s", file, mediaFiles)
		}
		if medium.FileName == "" {
			medium.FileName = file
		}
		item.Open = func() (io.ReadCloser, error) { return r.fsys.Open(name) }
	}
	return item, complete(item.Content.Common(), content.ID(id))
}

// complete sets the common fields that a document may omit.
func complete(base *content.Base, id content.ID) error {
	base.ID = id
	base.Version = 1
	if base.Slug == "" {
		return errors.New("slug: the field is missing")
	}
	if base.CreatedAt.IsZero() {
		base.CreatedAt = base.PublishedAt
	}
	if base.CreatedAt.IsZero() {
		return errors.New("publishedAt: the field is missing, and so is createdAt")
	}
	if base.UpdatedAt.IsZero() {
		base.UpdatedAt = base.CreatedAt
		if base.PublishedAt.After(base.UpdatedAt) {
			base.UpdatedAt = base.PublishedAt
		}
	}
	return nil
}

// take reads a field that the stored form does not have, and removes it from the fields.
func take[V any](fields map[string]any, name string, to *V) error {
	value, ok := fields[name]
	if !ok {
		return nil
	}
	delete(fields, name)
	if *to, ok = value.(V); !ok {
		return fmt.Errorf("%s: %v is of the wrong type", name, value)
	}
	return nil
}

// decode fills a struct from fields by its json tags, and refuses unknown fields.
func decode(fields map[string]any, to any) error {
	text, err := json.Marshal(fields)
	if err != nil {
		return err
	}
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	err = d.Decode(to)
	var wrong *json.UnmarshalTypeError
	if errors.As(err, &wrong) {
		return fmt.Errorf("%s: a %s is not a %s", wrong.Field, wrong.Value, wrong.Type)
	}
	if err != nil {
		return errors.New(strings.TrimPrefix(err.Error(), "json: "))
	}
	return nil
}

// tree returns the plain values of a node: maps, lists, strings, numbers and booleans. A timestamp stays the string
// that was written. where is the path of the field.
func tree(node *yaml.Node, where string) (any, error) {
	switch node.Kind {
	case yaml.AliasNode: // an alias could contain itself
		return nil, fmt.Errorf("%s: aliases are not allowed (line %d)", where, node.Line)
	case yaml.SequenceNode:
		list := make([]any, len(node.Content))
		for i, member := range node.Content {
			var err error
			if list[i], err = tree(member, fmt.Sprintf("%s[%d]", where, i)); err != nil {
				return nil, err
			}
		}
		return list, nil
	case yaml.MappingNode:
		fields := make(map[string]any, len(node.Content)/2)
		for i := 0; i+1 < len(node.Content); i += 2 {
			name := node.Content[i].Value
			at := strings.TrimPrefix(where+"."+name, ".")
			if _, twice := fields[name]; twice {
				return nil, fmt.Errorf("%s: the field is there twice (line %d)", at, node.Content[i].Line)
			}
			value, err := tree(node.Content[i+1], at)
			if err != nil {
				return nil, err
			}
			if text, ok := value.(string); ok && name == "spans" {
				value = []any{map[string]any{"text": text}}
			}
			fields[name] = value
		}
		return fields, nil
	}
	return scalar(node, where)
}

// scalar returns the value of a node without children.
func scalar(node *yaml.Node, where string) (any, error) {
	switch node.ShortTag() {
	case "!!null":
		return nil, fmt.Errorf("%s: the field has no value (line %d)", where, node.Line)
	case "!!bool", "!!int", "!!float":
		var value any
		if err := node.Decode(&value); err != nil {
			return nil, fmt.Errorf("%s: %w", where, err)
		}
		return value, nil
	}
	return node.Value, nil
}
