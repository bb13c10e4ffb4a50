package newsroom

import (
	"context"
	"crypto/rand"
	"errors"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"sen/internal/auth"
	"sen/internal/content"
	"sen/internal/messages"
	"sen/internal/people"
	"sen/internal/richtext"
	"sen/internal/storage"
)

// SiteOutcome is the result of a change of the site's settings.
type SiteOutcome struct {
	// Site is the settings after the change; nil when nothing was written.
	Site     *content.Site
	Problems []content.Problem
	Notices  []content.Problem
	Conflict *Conflict
}

// UpdateSite changes the site's settings and menus. The version is the one that the actor has seen. If the languages
// change, the texts of all entries are prepared for them in the background. Removing the only language of some entries
// needs a confirmation.
func (n *Newsroom) UpdateSite(
	ctx context.Context, chain []content.Locale, version int, input Input, confirmed bool,
) (*SiteOutcome, error) {
	actor := auth.ActorOf(ctx)
	if err := people.Permit(actor, content.ActionSettings, ""); err != nil {
		return nil, err
	}
	if err := n.store.ReadSite(ctx); err != nil {
		return nil, err
	}
	before := n.store.Site()
	report := messages.New(chain)
	w := &work{room: n, actor: actor, report: report, chain: chain}
	after, err := w.site(ctx, before, input)
	if err != nil {
		return nil, err
	}
	if version != before.Version {
		report.Problems = nil
		return n.staleSite(report, version), nil
	}
	if !confirmed && len(report.Problems) == 0 {
		if err := w.checkRemovedLanguages(ctx, before.Languages, after.Languages); err != nil {
			return nil, err
		}
	}
	if len(report.Problems) > 0 {
		return &SiteOutcome{Problems: report.Problems, Notices: report.Notices}, nil
	}
	if changes, err := content.Diff(settable(before), settable(after)); len(changes) == 0 || err != nil {
		return &SiteOutcome{Site: before, Notices: report.Notices}, err
	}
	err = n.store.SaveSite(ctx, after, content.Revision{
		ID: "rev_" + strings.ToLower(rand.Text()), At: n.now(), Action: content.ActionSettings, By: actor.Person(),
		State: content.StatePublished, Label: after.Name,
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
	if !slices.Equal(before.Languages.Locales, after.Languages.Locales) ||
		before.Languages.Default != after.Languages.Default {
		n.store.Go(ctx, n.prepareTexts)
	}
	return &SiteOutcome{Site: after, Notices: report.Notices}, nil
}

func (n *Newsroom) staleSite(report *messages.Report, version int) *SiteOutcome {
	present := n.store.Site().Version
	report.Refuse(content.ProblemConflict, []string{"version"}, messages.Stale, present, version)
	return &SiteOutcome{Problems: report.Problems, Conflict: &Conflict{Version: present, Seen: version}}
}

// settable returns the settings under the names of the input fields that change them.
func settable(s *content.Site) any {
	return &struct {
		Name          content.Text     `json:"name"`
		Locales       []content.Locale `json:"locales"`
		DefaultLocale content.Locale   `json:"defaultLocale"`
		TimeZone      string           `json:"timeZone"`
		Menus         []*content.Menu  `json:"menus"`
	}{s.Name, s.Locales(), s.DefaultLocale(), s.TimeZone, s.Menus}
}

// PrepareTexts recomputes the stored search and sort keys of texts that are outdated. They are outdated after a change
// of the site's languages, and when a new version of the program computes them differently.
func (n *Newsroom) PrepareTexts(ctx context.Context) error {
	start := time.Now()
	entries := 0
	err := n.store.RekeyOutdated(ctx, func(done int) {
		if entries = done; done == 1 {
			n.log.InfoContext(ctx,
				"texts are being prepared for filters and sorting; until this is done, some lists may lack entries")
		}
	})
	if err == nil && entries > 0 {
		n.log.InfoContext(ctx, "texts are prepared", "entries", entries, "took", time.Since(start))
	}
	return err
}

// prepareTexts calls PrepareTexts until it succeeds.
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

// maxMenuDepth is how many levels a menu has at most.
const maxMenuDepth = 3

// site returns the settings after the input was applied, and reports every problem.
func (w *work) site(ctx context.Context, before *content.Site, input Input) (*content.Site, error) {
	after := before.Clone()
	after.Version = before.Version + 1
	input = maps.Clone(input)
	for _, name := range []string{"name", "locales", "defaultLocale", "timeZone"} {
		if value, ok := input[name]; ok && value == nil {
			w.report.Refuse(content.ProblemRequired, []string{"input", name}, messages.Required)
			delete(input, name)
		}
	}
	w.languages(&after.Languages, input)
	if value, ok := input["timeZone"]; ok {
		after.TimeZone = str(value)
	}
	if _, err := content.Zone(after.TimeZone); err != nil {
		w.report.Refuse(content.ProblemInvalid, []string{"input", "timeZone"}, messages.TimeZone, after.TimeZone)
	}
	r := &reader{report: w.report, languages: after.Languages, locale: after.Languages.Default, own: &w.room.own}
	if len(w.chain) > 0 && slices.Contains(after.Languages.Locales, w.chain[0]) {
		r.locale = w.chain[0]
	}
	r.read(input, after, "input")
	if after.Name.Empty() {
		w.report.Refuse(content.ProblemRequired, []string{"input", "name"}, messages.Required)
	}
	keys := map[string]bool{}
	for i, menu := range after.Menus {
		path := []string{"input", "menus", strconv.Itoa(i)}
		if !content.ValidSlug(menu.Key) || keys[menu.Key] {
			w.report.Refuse(content.ProblemInvalid, append(slices.Clone(path), "key"), messages.Slug, content.MaxSlug)
		}
		keys[menu.Key] = true
		w.menu(menu.Items, append(slices.Clone(path), "items"), 1)
	}
	_, err := w.checkLinks(ctx, r.links)
	return after, err
}

// languages applies the input to the site's languages.
func (w *work) languages(after *content.Languages, input Input) {
	if value, ok := input["locales"]; ok {
		locales, ok := value.([]any)
		if !ok {
			locales = []any{value} // a single value stands for a list of one
		}
		after.Locales = nil
		for i, value := range locales {
			if l := content.Locale(str(value)); slices.Contains(after.Locales, l) || len(l) > 35 ||
				strings.Contains(string(l), ".") {
				w.report.Refuse(content.ProblemInvalid, []string{"input", "locales", strconv.Itoa(i)}, messages.Invalid)
			} else {
				after.Locales = append(after.Locales, l)
			}
		}
	}
	if value, ok := input["defaultLocale"]; ok {
		after.Default = content.Locale(str(value))
	}
	if !slices.Contains(after.Locales, after.Default) {
		w.report.Refuse(content.ProblemInvalid, []string{"input", "defaultLocale"}, messages.Locale, after.Default)
	}
}

// checkRemovedLanguages refuses to remove the only languages in which some entries are written.
func (w *work) checkRemovedLanguages(ctx context.Context, before, after content.Languages) error {
	var gone []content.Locale
	for _, l := range before.Locales {
		if !slices.Contains(after.Locales, l) {
			gone = append(gone, l)
		}
	}
	if gone == nil {
		return nil
	}
	entries, err := w.room.store.WrittenOnlyIn(ctx, gone, after.Locales)
	if err == nil && entries > 0 {
		w.report.Refuse(content.ProblemInUse, []string{"input", "locales"}, messages.OnlyLanguage, entries, joined(gone))
	}
	return err
}

// joined lists languages in a message, separated by commas.
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
		w.report.Refuse(content.ProblemTooLong, path, messages.TooMany, depth, maxMenuDepth)
		return
	}
	for i, item := range items {
		at := append(slices.Clone(path), strconv.Itoa(i))
		if (item.URL == "") == (item.ContentID == "") {
			w.report.Refuse(content.ProblemInvalid, at, messages.OneOf, "url, content")
		}
		if item.URL != "" && richtext.Link(item.URL) == "" {
			w.report.Refuse(content.ProblemInvalid, append(slices.Clone(at), "url"), messages.Link, item.URL)
		}
		if stable, signed := w.room.own.unsigned(item.URL); signed {
			item.URL = stable
			w.report.Notice(content.NoticeRepaired, append(slices.Clone(at), "url"), messages.SignedAddress)
		}
		if item.Label.Empty() {
			w.report.Refuse(content.ProblemRequired, append(slices.Clone(at), "label"), messages.Required)
		}
		w.menu(item.Items, append(slices.Clone(at), "items"), depth+1)
	}
}
