package cli

import (
	"log/slog"

	"sen/internal/search"
	"sen/internal/search/bleveindex"
)

// openSearch opens the index of the search.
func (s *serveCommand) openSearch(log *slog.Logger) (search.Engine, error) {
	return bleveindex.Open(s.SearchFolder(), log)
}
