// SPDX-License-Identifier: Apache-2.0
package pagerace.broken.mm.op;

final class HasAFieldThatIsNotFinal {
    private int count;

    int next() {
        return ++count;
    }
}
