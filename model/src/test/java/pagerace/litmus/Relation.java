// SPDX-License-Identifier: Apache-2.0
package pagerace.litmus;

/** A relation over events 0..n-1, with the operators in which axiomatic memory models are written. */
final class Relation {
    private final boolean[][] pairs;

    Relation(int events) {
        pairs = new boolean[events][events];
    }

    @FunctionalInterface
    interface Test {
        boolean holds(int a, int b);
    }

    static Relation of(int events, Test test) {
        Relation relation = new Relation(events);
        for (int a = 0; a < events; a++) {
            for (int b = 0; b < events; b++) {
                relation.pairs[a][b] = test.holds(a, b);
            }
        }
        return relation;
    }

    private int size() {
        return pairs.length;
    }

    boolean has(int a, int b) {
        return pairs[a][b];
    }

    Relation or(Relation that) {
        return of(size(), (a, b) -> has(a, b) || that.has(a, b));
    }

    Relation and(Relation that) {
        return of(size(), (a, b) -> has(a, b) && that.has(a, b));
    }

    Relation minusIdentity() {
        return of(size(), (a, b) -> a != b && has(a, b));
    }

    /** Relational composition: {@code this ; that}. */
    Relation then(Relation that) {
        Relation result = new Relation(size());
        for (int a = 0; a < size(); a++) {
            for (int m = 0; m < size(); m++) {
                if (has(a, m)) {
                    for (int b = 0; b < size(); b++) {
                        result.pairs[a][b] |= that.pairs[m][b];
                    }
                }
            }
        }
        return result;
    }

    /** {@code this?}. */
    Relation orNothing() {
        return of(size(), (a, b) -> a == b || has(a, b));
    }

    /** {@code this+}. */
    Relation plus() {
        Relation result = or(this);
        for (int m = 0; m < size(); m++) {
            for (int a = 0; a < size(); a++) {
                if (result.pairs[a][m]) {
                    for (int b = 0; b < size(); b++) {
                        result.pairs[a][b] |= result.pairs[m][b];
                    }
                }
            }
        }
        return result;
    }

    /** {@code this*}. */
    Relation star() {
        return plus().orNothing();
    }

    boolean isEmpty() {
        for (boolean[] row : pairs) {
            for (boolean pair : row) {
                if (pair) {
                    return false;
                }
            }
        }
        return true;
    }

    boolean isAcyclic() {
        Relation plus = plus();
        for (int a = 0; a < size(); a++) {
            if (plus.has(a, a)) {
                return false;
            }
        }
        return true;
    }
}
