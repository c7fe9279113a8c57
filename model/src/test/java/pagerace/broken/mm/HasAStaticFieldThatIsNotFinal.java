// SPDX-License-Identifier: Apache-2.0
package pagerace.broken.mm;

final class HasAStaticFieldThatIsNotFinal {
    private static int count;

    private HasAStaticFieldThatIsNotFinal() {}

    static int next() {
        return ++count;
    }
}
