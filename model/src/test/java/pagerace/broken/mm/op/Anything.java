// SPDX-License-Identifier: Apache-2.0
package pagerace.broken.mm.op;

public final class Anything {
    private Anything() {}
}
