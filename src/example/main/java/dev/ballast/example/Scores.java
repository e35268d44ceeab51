package dev.ballast.example;

/**
 * @param version of the model that gave them all
 * @param fraud for each example the probability
 */
record Scores(String version, float[] fraud) {}
