// SPDX-License-Identifier: Apache-2.0
package pagerace.broken.explore;

public final class Anything {
    private Anything() {}
}
