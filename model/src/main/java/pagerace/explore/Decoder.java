// SPDX-License-Identifier: Apache-2.0
package pagerace.explore;

/** Turns the values of words into text for traces: the bits of a PTE, the flags of a folio. */
@FunctionalInterface
public interface Decoder {
    /** Every value as a decimal number. */
    Decoder DECIMAL = (word, value) -> Long.toString(value);

    /** A value of the word that setup called {@code word}, decoded. */
    String value(String word, long value);
}
