package search

// Enough is the number of strict hits that ends a search.
const Enough = enough
