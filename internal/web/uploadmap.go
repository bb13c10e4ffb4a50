package web

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// maxUploadPath bounds the steps of a path to a file's place.
const maxUploadPath = 20

// uploadPath leads to the place of a file in the variables: "variables.input.files.0".
// The first step is not in it.
type uploadPath []string

// parseUploadPath reads the form in which a request writes a path.
func parseUploadPath(text string) (uploadPath, error) {
	steps := strings.Split(text, ".")
	if len(steps) < 2 || len(steps) > maxUploadPath || steps[0] != "variables" {
		return nil, fmt.Errorf("the path %q of the map does not lead into the variables", text)
	}
	return steps[1:], nil
}

// put places a file where a null is; everything else stays as it is.
func (p uploadPath) put(variables map[string]any, file any) error {
	var at any = variables
	for i, step := range p {
		last := i == len(p)-1
		var next any
		var there bool
		var set func(any)
		switch parent := at.(type) {
		case map[string]any:
			next, there = parent[step]
			set = func(v any) { parent[step] = v }
		case []any:
			n, err := strconv.Atoi(step)
			if there = err == nil && n >= 0 && n < len(parent) && strconv.Itoa(n) == step; there {
				next = parent[n]
				set = func(v any) { parent[n] = v }
			}
		}
		if !there || last && next != nil {
			return fmt.Errorf("the path variables.%s of the map leads to no place that is null", strings.Join(p, "."))
		}
		if last {
			set(file)
		}
		at = next
	}
	return nil
}

// parseUploadMap reads which file goes where.
func parseUploadMap(text []byte) (map[string][]uploadPath, error) {
	var given map[string][]string
	if err := decode(text, &given); err != nil || given == nil {
		return nil, errors.New("the part map must be one JSON object that has a list of paths for each file")
	}
	if len(given) > maxFiles {
		return nil, fmt.Errorf("the map has %d files; at most %d are allowed", len(given), maxFiles)
	}
	places := make(map[string][]uploadPath, len(given))
	for name, paths := range given {
		if len(paths) == 0 || len(paths) > maxFiles || name == "" {
			return nil, fmt.Errorf("the file %q of the map has %d paths; it must have a name, and 1 to %d paths", name, len(paths), maxFiles)
		}
		for _, text := range paths {
			path, err := parseUploadPath(text)
			if err != nil {
				return nil, err
			}
			places[name] = append(places[name], path)
		}
	}
	return places, nil
}
