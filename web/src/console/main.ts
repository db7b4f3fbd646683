import { createApp, h } from "vue";
import { createRouter, createWebHistory } from "vue-router";
import AppFrame from "@/shared/AppFrame.vue";
import { elsewhere } from "@/shared/elsewhere";
import { may, session } from "@/shared/session";
import "@/shared/style.css";
import { pagesAbout } from "./netting";

const router = createRouter({
  history: createWebHistory("/console/"),
  routes: [
    { path: "/", component: () => import("./Inbox.vue"), meta: { title: "inbox" } },
    { path: "/search", component: () => import("./Search.vue"), meta: { title: "search" } },
    { path: "/cases", component: () => import("./Cases.vue"), meta: { title: "cases" } },
    { path: "/case/:id+", component: () => import("@/shared/CasePage.vue"), meta: { title: "case" } },
    { path: "/paper/:print/:id+", component: () => import("@/shared/PaperPage.vue"), meta: { title: "papers" } },
    { path: "/start", component: () => import("./Services.vue"), meta: { title: "start" } },
    { path: "/start/:pack/:service", component: () => import("@/shared/StartPage.vue"), meta: { title: "start" } },
    { path: "/registers", component: () => import("./Registers.vue"), meta: { title: "registers" } },
    { path: "/registers/:pack/:register", component: () => import("./RegisterPage.vue"), meta: { title: "registers" } },
    { path: "/programme", component: () => import("./Programme.vue"), meta: { title: "programme" } },
    { path: "/programme/:pack/:service", component: () => import("./ProgrammePage.vue"), meta: { title: "programme" } },
    { path: "/money", component: () => import("./Money.vue"), meta: { title: "money" } },
    { path: "/money/:pack/:book/:kind", component: () => import("./Accounts.vue"), meta: { title: "money" } },
    { path: "/clearing", component: () => import("./Clearing.vue"), meta: { title: "clearing" } },
    { path: "/flows/:id+", component: () => import("./Flows.vue"), meta: { title: "clearing" } },
    { path: "/what-if/:id+", component: () => import("./WhatIf.vue"), meta: { title: "clearing" } },
    { path: "/tariff/:id+", component: () => import("./BookTariff.vue"), meta: { title: "clearing" } },
    { path: "/nettings", component: () => import("./Nettings.vue"), meta: { title: "nettings" } },
    { path: "/netting/:id+", component: () => import("./Netting.vue"), meta: { title: "nettings" } },
    { path: "/clearing/:id+", component: () => import("./ClearingWindow.vue"), meta: { title: "clearing" } },
    { path: "/figures", component: () => import("./Figures.vue"), meta: { title: "figures" } },
    { path: "/figures/try", component: () => import("./TryFigure.vue"), meta: { title: "figures" } },
    { path: "/figures/:pack/:figure", component: () => import("./FigurePage.vue"), meta: { title: "figures" } },
    { path: "/differences", component: () => import("./Differences.vue"), meta: { title: "differences" } },
    { path: "/entries/:position(\\d+)", component: () => import("./EntryPage.vue"), meta: { title: "entry" } },
    { path: "/import", component: () => import("./Import.vue"), meta: { title: "import" } },
    { path: "/packs", component: () => import("./Packs.vue"), meta: { title: "packs" } },
    { path: "/packs/:pack", component: () => import("./PackPage.vue"), meta: { title: "packs" } },
    { path: "/people", component: () => import("./People.vue"), meta: { title: "people" } },
    { path: "/node", component: () => import("./NodePage.vue"), meta: { title: "node" } },
    { path: "/account", component: () => import("@/shared/AccountPage.vue"), meta: { title: "own_account" } },
    { path: "/:rest(.*)*", component: () => import("@/shared/NotFound.vue"), meta: { title: "not_found" } },
  ],
});

createApp({
  render: () => h(AppFrame, {
    face: "console",
    places: [
      { to: "/", key: "inbox" }, { to: "/cases", key: "cases" }, { to: "/start", key: "start" }, { to: "/registers", key: "registers" },
      { to: "/programme", key: "programme" }, { to: "/money", key: "money" }, { to: "/clearing", key: "clearing" }, { to: "/figures", key: "figures" },
      { to: "/differences", key: "differences", show: !session.value || may("audit") || may("admin") }, { to: "/import", key: "import" }, { to: "/packs", key: "packs" }, { to: "/people", key: "people", show: !session.value || may("audit") || may("admin") }, { to: "/node", key: "node" },
    ],
  }),
}).use(router).provide(elsewhere, pagesAbout).mount("#app");
