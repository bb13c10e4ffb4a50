package newsroom

// desks makes the desk of each kind. What a kind has of its own are methods of its struct: see [content.Content].
func desks(n *Newsroom) []desk {
	s := n.store
	return []desk{
		newDesk(n, s.Articles),
		newDesk(n, s.Authors),
		newDesk(n, s.Organizations),
		newDesk(n, s.Sections),
		newDesk(n, s.Tags),
		newDesk(n, s.Events),
		newDesk(n, s.Programs),
		newDesk(n, s.AwardSeries),
		newDesk(n, s.AwardRounds),
		newDesk(n, s.Awards),
		newDesk(n, s.Media),
	}
}
