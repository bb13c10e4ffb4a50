package main

import "fmt"

// report prints figures and goals.
type report struct{ met *bool }

// row prints a figure without a goal.
func (r *report) row(what string, figure float64) { fmt.Printf("| %s | %.3g | | |\n", what, figure) }

// goal prints a figure and its goal.
func (r *report) goal(what string, figure, bound float64, atMost bool) {
	sign, met := "≥", figure >= bound
	if atMost {
		sign, met = "≤", figure <= bound
	}
	result := "met"
	if !met {
		result, *r.met = "**not met**", false
	}
	fmt.Printf("| %s | %.3g | %s %g | %s |\n", what, figure, sign, bound, result)
}

// leastRank is the smallest allowed mean reciprocal rank of each kind of questions, among the first ten hits.
var leastRank = map[string]float64{
	"exact title": .98, "no accents": .95, "d for đ": .95, "NFD": .98, "abbreviation": .95, "one typo": .85, "prefix": .95,
	"two words of a body": .95,
}

// ranking prints the mean reciprocal rank of each kind of questions. Only Sen's own has goals.
func (r *report) ranking(who string, questions []question, ranks []int) {
	for _, kind := range questionKinds {
		sum, n := 0.0, 0
		for i, q := range questions {
			if q.kind != kind {
				continue
			}
			if n++; ranks[i] > 0 && ranks[i] <= 10 {
				sum += 1 / float64(ranks[i])
			}
		}
		what := fmt.Sprintf("%s: mean reciprocal rank, %s", who, kind)
		if who == "Sen" {
			r.goal(what, sum/float64(n), leastRank[kind], false)
		} else {
			r.row(what, sum/float64(n))
		}
	}
}
