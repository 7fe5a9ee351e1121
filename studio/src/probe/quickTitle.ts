/** Of the network that is trained on the page Probe. */
export const quickTitle = "LeNet, quickly";
