package service

import (
	"encoding/json"
	"fmt"
	"hash/fnv"
	"slices"
	"strconv"
	"time"

	"sen/internal/content"
	"sen/internal/entries"
	"sen/internal/richtext"
	"sen/internal/search"
)

// Values of [search.KeyChanged].
const (
	changed = "yes"   // a published copy whose entry has a document among the drafts
	draft   = "draft" // a document among the drafts
)

// copyAt returns the copy of an entry that a stage of the index has; nil if it has none.
func copyAt(e *entries.Entry, stage search.Stage) content.Content {
	switch {
	case e == nil:
		return nil
	case stage == search.Published:
		return e.Live
	case e.Live != nil && e.State == content.StatePublished:
		return nil // the working copy equals the published one
	}
	return e.Draft
}

// signature identifies what the index has of an entry at a stage; empty for nothing. It changes whenever the document
// changes. Derived values are part of it, because they change without a new version.
func signature(e *entries.Entry, stage search.Stage) string {
	copied := copyAt(e, stage)
	if copied == nil {
		return ""
	}
	hash := fnv.New64a()
	taken, err := json.Marshal(copied.Taken().Fields)
	if err != nil {
		return "" // a value that JSON can't encode is written again each time
	}
	_, _ = hash.Write(taken)
	return fmt.Sprintf("%d %d %s %t %x", search.AnalysisVersion, copied.Common().Version, e.State, e.Live != nil, hash.Sum64())
}

// change returns the change that brings a stage of the index up to date with an entry; nil means that the entry does
// not exist any more.
func change(id content.ID, e *entries.Entry, stage search.Stage, at time.Time) search.Change {
	c := search.Change{Stage: stage, ID: id, Version: at.UnixMicro()}
	if copied := copyAt(e, stage); copied != nil {
		c.Document = document(e, copied, stage)
	}
	return c
}

// document returns what the index has of a copy.
func document(e *entries.Entry, copied content.Content, stage search.Stage) *search.Document {
	d := filtered(copied)
	d.Signature, d.Tokens = signature(e, stage), search.Terms(textsOf(copied.Searched()))
	switch {
	case stage == search.Drafts:
		d.Keys[search.KeyChanged] = []string{draft}
	case e.State != content.StatePublished:
		d.Keys[search.KeyChanged] = []string{changed}
	}
	return d
}

// filtered returns a document with the values by which a copy is filtered and ordered.
func filtered(copied content.Content) *search.Document {
	all, base := copied.Searched(), copied.Common()
	d := &search.Document{
		Keys: map[search.Key][]string{
			search.KeyKind: {string(copied.Kind())}, search.KeyStatus: {string(base.Status())},
			search.KeySection: values(all.Sections), search.KeyTag: values(all.Tags),
			search.KeyOrganization: values(all.Organizations), search.KeyAuthor: values(all.Authors),
			search.KeyEvent: values(all.Events), search.KeyProgram: values(all.Programs),
		},
		Times: map[search.Time]int64{
			search.TimeCreated: base.CreatedAt.UnixMilli(), search.TimeUpdated: base.UpdatedAt.UnixMilli(),
			search.TimeSort: base.UpdatedAt.UnixMilli(),
		},
	}
	if all.Year != 0 {
		d.Keys[search.KeyYear] = []string{strconv.Itoa(all.Year)}
	}
	if all.Level != "" {
		d.Keys[search.KeyLevel] = []string{string(all.Level)}
	}
	if !base.PublishedAt.IsZero() {
		d.Times[search.TimePublished] = base.PublishedAt.UnixMilli()
		d.Times[search.TimeSort] = base.PublishedAt.UnixMilli()
	}
	if !all.StartsAt.IsZero() {
		d.Times[search.TimeStarts], d.Times[search.TimeSort] = all.StartsAt.UnixMilli(), all.StartsAt.UnixMilli()
	}
	return d
}

// fieldOf is the field of the index for each class of texts.
var fieldOf = map[content.SearchClass]search.Field{
	content.SearchTitle: search.Title, content.SearchName: search.Name, content.SearchLead: search.Lead,
	content.SearchBody: search.All,
}

// textsOf returns the texts of a copy, in all their languages.
func textsOf(all content.Searched) (texts []search.Text) {
	for _, t := range all.Texts {
		for locale, text := range t.Text {
			texts = append(texts, search.Text{Class: fieldOf[t.Class], Locale: locale, Value: text})
		}
		for locale, blocks := range t.Body {
			texts = append(texts, search.Text{Class: fieldOf[t.Class], Locale: locale, Value: richtext.Text(blocks)})
		}
	}
	return texts
}

// values returns ids as values of a key, without repetitions.
func values(ids []content.ID) []string {
	all := make([]string, len(ids))
	for i, id := range ids {
		all[i] = string(id)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// pairs returns the abbreviations that an entry has at a stage.
func pairs(e *entries.Entry, stage search.Stage) (all []search.Pair) {
	copied := copyAt(e, stage)
	if copied == nil {
		return nil
	}
	label := copied.Label()
	for locale, short := range copied.Searched().ShortName {
		if name := label[locale]; name != "" && short != "" {
			all = append(all, search.Pair{Short: short, Name: name})
		}
	}
	return all
}
