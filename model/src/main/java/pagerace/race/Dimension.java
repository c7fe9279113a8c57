// SPDX-License-Identifier: Apache-2.0
package pagerace.race;

/**
 * One choice that is part of a point's identity without being part of the fix: the kind of pin, the size of the folio, the
 * platform. Implemented by enums.
 */
public interface Dimension {
    /**
     * One choice, in words.
     *
     * @param dimension the name of the dimension in reports, such as {@code folio}; the same for all constants of one enum
     * @param label the choice as it stands in a point's key, such as {@code small}; unique within the dimension
     * @param sentence the choice in words
     */
    record Choice(String dimension, String label, String sentence) {}

    /** Its names and sentence. */
    Choice choice();

    /** The name of the dimension in reports: {@code folio}. */
    default String dimension() {
        return choice().dimension();
    }

    /** The value as it stands in a point's key: {@code small}. Lower case, unique within the dimension. */
    default String label() {
        return choice().label();
    }

    /** The value in words, for explanations. */
    default String sentence() {
        return choice().sentence();
    }
}
