// SPDX-License-Identifier: Apache-2.0
package pagerace.race;

/**
 * One choice that is part of a point's identity without being part of the fix: the kind of pin, the size of the folio, the
 * platform. Implemented by enums.
 */
public interface Dimension {
    /** The name of the dimension in reports: {@code folio}. The same for all constants of one enum. */
    String dimension();

    /** The value as it stands in a point's key: {@code small}. Lower case, unique within the dimension. */
    String label();

    /** The value in words, for explanations. */
    String sentence();
}
