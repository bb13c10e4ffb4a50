module sen

go 1.26.0
