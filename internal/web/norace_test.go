//go:build !race

package web_test

// raceEnabled says whether the race detector is on.
const raceEnabled = false
