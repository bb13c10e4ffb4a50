package newsroom

import (
	"context"
	"time"

	"sen/internal/content"
)

// SiteOutcome is what became of a change of the site's settings.
type SiteOutcome struct {
	Site     *content.Site
	Problems []content.Problem
	Notices  []content.Problem
	Conflict *Conflict
}

// Preview is a link that shows one draft to someone without an account.
type Preview struct {
	Token     string
	URL       content.URL
	ExpiresAt *time.Time
	Problems  []content.Problem
}

// UpdateSite changes the site's settings and menus.
func (n *Newsroom) UpdateSite(ctx context.Context, chain []content.Locale, version int, input Input, locale content.Locale) (*SiteOutcome, error) {
	return nil, content.Errorf(content.CodeInternal, "not built yet")
}
