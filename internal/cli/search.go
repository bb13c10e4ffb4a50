package cli

import (
	"log/slog"
	"net/url"
	"strconv"
	"strings"

	"sen/internal/search"
	"sen/internal/search/bleveindex"
	"sen/internal/search/opensearch"
)

// openSearch opens the index of the search: that of an OpenSearch server if one is configured, otherwise a folder; nil
// without an index.
func (s *serveCommand) openSearch(log *slog.Logger) (search.Engine, error) {
	if !s.Index {
		return nil, nil //nolint:nilnil // the service works without an engine
	}
	if s.SearchURL == "" {
		return bleveindex.Open(s.SearchFolder(), log)
	}
	return opensearch.Open(opensearch.Options{
		URL: s.SearchURL, User: s.SearchUser, Password: s.SearchPassword, Authorities: s.SearchCA,
		Name: s.searchName(), Analysis: strconv.Itoa(search.AnalysisVersion),
	})
}

// searchName returns the beginning of the names of the site's indexes: the name of its database.
func (s *serveCommand) searchName() string {
	u, err := url.Parse(s.MongoDBURI)
	if err != nil || strings.Trim(u.Path, "/") == "" {
		return "sen"
	}
	return strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' {
			return r
		}
		return '_'
	}, strings.ToLower(strings.Trim(u.Path, "/")))
}
