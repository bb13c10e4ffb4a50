package newsroom

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"sen/internal/auth"
	"sen/internal/content"
	"sen/internal/richtext"
	"sen/internal/storage"
)

// SiteOutcome is what became of a change of the site's settings.
type SiteOutcome struct {
	// Site is the settings afterwards; nil when nothing was written.
	Site     *content.Site
	Problems []content.Problem
	Notices  []content.Problem
	Conflict *Conflict
}

// UpdateSite changes the site's settings and menus from a version of them. Where the
// languages change, the texts of all entries are prepared for them in the background. A language in which entries are written
// that are written in no other one is taken off only when that is confirmed.
func (n *Newsroom) UpdateSite(ctx context.Context, chain []content.Locale, version int, input Input, confirmed bool) (*SiteOutcome, error) {
	actor := auth.ActorOf(ctx)
	if err := Permit(actor, content.ActionSettings, ""); err != nil {
		return nil, err
	}
	if err := n.store.ReadSite(ctx); err != nil {
		return nil, err
	}
	before := n.store.Site()
	report := newReport(chain)
	w := &work{Newsroom: n, actor: actor, report: report, chain: chain}
	after, err := w.site(ctx, before, input)
	if err != nil {
		return nil, err
	}
	if version != before.Version {
		report.problems = nil
		return n.staleSite(report, version), nil
	}
	if !confirmed && len(report.problems) == 0 {
		if err := w.takenOff(ctx, before.Languages, after.Languages); err != nil {
			return nil, err
		}
	}
	if len(report.problems) > 0 {
		return &SiteOutcome{Problems: report.problems, Notices: report.notices}, nil
	}
	if changes, err := differing(settable(before), settable(after)); len(changes) == 0 || err != nil {
		return &SiteOutcome{Site: before, Notices: report.notices}, err
	}
	err = n.store.SaveSite(ctx, after, content.Revision{
		ID: "rev_" + strings.ToLower(rand.Text()), At: n.now(), Action: content.ActionSettings, By: actor.Person(), State: content.StatePublished, Label: after.Name,
	})
	if errors.Is(err, storage.ErrStale) {
		if err := n.store.ReadSite(ctx); err != nil {
			return nil, err
		}
		return n.staleSite(report, version), nil
	}
	if err != nil {
		return nil, err
	}
	if !slices.Equal(before.Languages.Locales, after.Languages.Locales) || before.Languages.Default != after.Languages.Default {
		n.store.Go(ctx, n.prepareTexts)
	}
	return &SiteOutcome{Site: after, Notices: report.notices}, nil
}

func (n *Newsroom) staleSite(report *report, version int) *SiteOutcome {
	present := n.store.Site().Version
	report.refuse(content.ProblemConflict, []string{"version"}, msgStale, present, version)
	return &SiteOutcome{Problems: report.problems, Conflict: &Conflict{Version: present, Seen: version}}
}

// siteChangedSince lists the fields in which the settings differ from what they were at a version.
func (n *Newsroom) siteChangedSince(ctx context.Context, version int) ([]string, error) {
	seen, ok, err := n.store.SiteAt(ctx, version)
	if !ok || err != nil {
		return []string{}, err
	}
	return differing(settable(seen), settable(n.store.Site()))
}

// settable is the settings by the names of the fields that change them.
func settable(s *content.Site) any {
	return &struct {
		Name          content.Text     `json:"name"`
		Locales       []content.Locale `json:"locales"`
		DefaultLocale content.Locale   `json:"defaultLocale"`
		TimeZone      string           `json:"timeZone"`
		Menus         []*content.Menu  `json:"menus"`
	}{s.Name, s.Locales(), s.DefaultLocale(), s.TimeZone, s.Menus}
}

// PrepareTexts has the store make its own forms anew of those texts for which they are outdated: after the site's languages
// changed, and when a version of the program starts that makes others.
func (n *Newsroom) PrepareTexts(ctx context.Context) error {
	start := time.Now()
	entries := 0
	err := n.store.RekeyOutdated(ctx, func(done int) {
		if entries = done; done == 1 {
			n.log.InfoContext(ctx, "texts are being prepared for search by filters and for sorting; until that is done some lists may lack entries")
		}
	})
	if err == nil && entries > 0 {
		n.log.InfoContext(ctx, "texts are prepared", "entries", entries, "took", time.Since(start))
	}
	return err
}

// prepareTexts is PrepareTexts until it succeeds.
func (n *Newsroom) prepareTexts(ctx context.Context) {
	for {
		err := n.PrepareTexts(ctx)
		if err == nil || ctx.Err() != nil {
			return
		}
		n.log.ErrorContext(ctx, "texts could not be prepared yet", "retry", time.Minute, "err", err)
		select {
		case <-ctx.Done():
			return
		case <-time.After(time.Minute):
		}
	}
}

// maxMenuDepth is how deep the links of a menu nest.
const maxMenuDepth = 3

// site is what the input makes of the settings.
func (w *work) site(ctx context.Context, before *content.Site, input Input) (*content.Site, error) {
	after := new(content.Site)
	raw, err := json.Marshal(before)
	if err == nil {
		err = json.Unmarshal(raw, after)
	}
	if err != nil {
		return nil, fmt.Errorf("copy the settings: %w", err)
	}
	after.Version = before.Version + 1
	input = maps.Clone(input)
	for _, name := range []string{"name", "locales", "defaultLocale", "timeZone"} {
		if value, ok := input[name]; ok && value == nil {
			w.refuse(content.ProblemRequired, []string{"input", name}, msgRequired)
			delete(input, name)
		}
	}
	w.languages(&after.Languages, input)
	if value, ok := input["timeZone"]; ok {
		after.TimeZone = str(value)
	}
	if _, err := content.Zone(after.TimeZone); err != nil {
		w.refuse(content.ProblemInvalid, []string{"input", "timeZone"}, msgTimeZone, after.TimeZone)
	}
	r := &reader{report: w.report, languages: after.Languages, locale: after.Languages.Default, newsroom: w.Newsroom}
	if len(w.chain) > 0 && slices.Contains(after.Languages.Locales, w.chain[0]) {
		r.locale = w.chain[0]
	}
	r.read(input, after, "input")
	if after.Name.Empty() {
		w.refuse(content.ProblemRequired, []string{"input", "name"}, msgRequired)
	}
	keys := map[string]bool{}
	for i, menu := range after.Menus {
		path := []string{"input", "menus", strconv.Itoa(i)}
		if !content.ValidSlug(menu.Key) || keys[menu.Key] {
			w.refuse(content.ProblemInvalid, append(slices.Clone(path), "key"), msgSlug, content.MaxSlug)
		}
		keys[menu.Key] = true
		w.menu(menu.Items, append(slices.Clone(path), "items"), 1)
	}
	_, err = w.checkLinks(ctx, r.links)
	return after, err
}

// languages is what the input makes of the languages.
func (w *work) languages(after *content.Languages, input Input) {
	if value, ok := input["locales"]; ok {
		locales, ok := value.([]any)
		if !ok {
			locales = []any{value} // a single value stands for a list of one
		}
		after.Locales = nil
		for i, value := range locales {
			if l := content.Locale(str(value)); slices.Contains(after.Locales, l) || len(l) > 35 || strings.Contains(string(l), ".") {
				w.refuse(content.ProblemInvalid, []string{"input", "locales", strconv.Itoa(i)}, msgInvalid)
			} else {
				after.Locales = append(after.Locales, l)
			}
		}
	}
	if value, ok := input["defaultLocale"]; ok {
		after.Default = content.Locale(str(value))
	}
	if !slices.Contains(after.Locales, after.Default) {
		w.refuse(content.ProblemInvalid, []string{"input", "defaultLocale"}, msgLocale, after.Default)
	}
}

// takenOff refuses to take languages off in which alone some entries are written.
func (w *work) takenOff(ctx context.Context, before, after content.Languages) error {
	var gone []content.Locale
	for _, l := range before.Locales {
		if !slices.Contains(after.Locales, l) {
			gone = append(gone, l)
		}
	}
	if gone == nil {
		return nil
	}
	entries, err := w.store.WrittenOnlyIn(ctx, gone, after.Locales)
	if err == nil && entries > 0 {
		w.refuse(content.ProblemInUse, []string{"input", "locales"}, msgOnlyLanguage, entries, joined(gone))
	}
	return err
}

// joined lists languages in a message.
func joined(locales []content.Locale) string {
	names := make([]string, len(locales))
	for i, l := range locales {
		names[i] = string(l)
	}
	return strings.Join(names, ", ")
}

// menu checks the links of a menu.
func (w *work) menu(items []*content.MenuItem, path []string, depth int) {
	if depth > maxMenuDepth {
		w.refuse(content.ProblemTooLong, path, msgTooMany, depth, maxMenuDepth)
		return
	}
	for i, item := range items {
		at := append(slices.Clone(path), strconv.Itoa(i))
		if (item.URL == "") == (item.ContentID == "") {
			w.refuse(content.ProblemInvalid, at, msgOneOf, "url, content")
		}
		if item.URL != "" && richtext.Link(item.URL) == "" {
			w.refuse(content.ProblemInvalid, append(slices.Clone(at), "url"), msgLink, item.URL)
		}
		if stable, signed := w.unsigned(item.URL); signed {
			item.URL = stable
			w.notice(content.NoticeRepaired, append(slices.Clone(at), "url"), msgSignedAddress)
		}
		if item.Label.Empty() {
			w.refuse(content.ProblemRequired, append(slices.Clone(at), "label"), msgRequired)
		}
		w.menu(item.Items, append(slices.Clone(at), "items"), depth+1)
	}
}
