// SPDX-License-Identifier: Apache-2.0
package pagerace.explore;

/** How traces call actors, words and values. */
public interface Names {
    /** The name of an actor. */
    String actor(int actor);

    /** The name of a word, as setup gave it. */
    String word(int location);

    /** A value of that word, as it reads: {@code pte W,D pfn=1}. */
    String value(int location, long value);
}
