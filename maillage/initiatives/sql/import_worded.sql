-- The lines at hand as they came, each with the vector of its words. {columns}: those of the lines. No parameter.
COPY (SELECT {columns}, initiatives_words(title, summary, body) FROM incoming) TO STDOUT (FORMAT binary)
