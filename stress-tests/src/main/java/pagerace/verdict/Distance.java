// SPDX-License-Identifier: Apache-2.0
package pagerace.verdict;

/**
 * How far the CPUs of two actors are apart: what decides how long a line of memory takes from one to the other, and with it which
 * windows are entered how often. Nearest first.
 */
public enum Distance {
    /** Two threads of one core: they share even the first cache and, on most parts, one store buffer in halves. */
    SIBLINGS("siblings", "two threads of one core"),
    /** Two cores that share a cache. */
    ONE_CACHE("one cache", "two cores that share a cache"),
    /** Two cores of one package that share none. */
    TWO_CACHES("two caches", "two cores of one package that share no cache"),
    /** Two packages. */
    TWO_PACKAGES("two packages", "cores of two packages"),
    /** The system does not say, or moves the actors as it likes. */
    UNKNOWN("unknown", "the system does not say how far they are apart");

    private final String label;
    private final String sentence;

    Distance(String label, String sentence) {
        this.label = label;
        this.sentence = sentence;
    }

    /** What it is, in words without a full stop. */
    public String sentence() {
        return sentence;
    }

    /** {@code one cache}. */
    @Override
    public String toString() {
        return label;
    }
}
