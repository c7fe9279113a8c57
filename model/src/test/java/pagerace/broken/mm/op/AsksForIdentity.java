// SPDX-License-Identifier: Apache-2.0
package pagerace.broken.mm.op;

final class AsksForIdentity {
    private AsksForIdentity() {}

    static int of(Object thing) {
        return System.identityHashCode(thing);
    }
}
